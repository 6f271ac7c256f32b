package dev.loupe.engine.cache;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Mask;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Slots;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * One layer's pages, and which positions they hold.
 *
 * <p>Invariant: pages behind a window, and what a compression drops, go only when room is made for later positions; so
 * the sequence can always be cut back to where that room began.
 */
final class LayerCache {
    private static final int PAGE_TOKENS = PagePool.PAGE_TOKENS;

    private final PagePool pool;
    private final AttentionSpec spec;
    private final Retention retention;
    private final List<PagePool.Page> pages = new ArrayList<>(); // null behind a window
    private KvView view = emptyView(Slots.byPosition());
    private int views = 1;

    LayerCache(PagePool pool, AttentionSpec spec, Retention retention) {
        this.pool = pool;
        this.spec = spec;
        this.retention = retention;
    }

    private static KvView emptyView(Slots slots) {
        return new KvView(new ArrayList<>(), new ArrayList<>(), PAGE_TOKENS, slots, null);
    }

    KvView view() {
        return view;
    }

    /** How many views it has had; a new one lists other pages. */
    int views() {
        return views;
    }

    private void begin(Slots slots) {
        view = emptyView(slots);
        views++;
    }

    AttentionSpec spec() {
        return spec;
    }

    Retention retention() {
        return retention;
    }

    /** Pages for positions {@code length} to {@code end}. */
    void reserve(int length, int end) {
        if (retention instanceof Retention.Window window) {
            drop(window.mask(), length);
        }
        int needed = (view.slots().of(end) + PAGE_TOKENS - 1) / PAGE_TOKENS;
        int first = length == 0 ? 0 : view.slots().of(length) / PAGE_TOKENS;
        while (pages.size() < needed) {
            pages.add(null);
            view.keys().add(null);
            view.values().add(null);
        }
        for (int page = first; page < needed; page++) {
            if (pages.get(page) == null) {
                set(page, pool.take());
            }
        }
    }

    private void drop(Mask mask, int length) {
        int live = mask.first(length) / PAGE_TOKENS;
        int sinks = (mask.sinks() + PAGE_TOKENS - 1) / PAGE_TOKENS;
        for (int page = sinks; page < Math.min(live, pages.size()); page++) {
            remove(page);
        }
    }

    private void set(int index, PagePool.Page page) {
        pages.set(index, page);
        view.keys().set(index, page == null ? null : page.keys());
        view.values().set(index, page == null ? null : page.values());
    }

    private void remove(int index) {
        if (pages.get(index) != null) {
            pool.giveBack(pages.get(index));
            set(index, null);
        }
    }

    boolean canTrim(int length) {
        if (length == 0) {
            return true;
        }
        if (length < view.slots().next()) {
            return false;
        }
        return !(retention instanceof Retention.Window window)
                || IntStream.rangeClosed(window.mask().first(length) / PAGE_TOKENS, (length - 1) / PAGE_TOKENS)
                        .allMatch(page -> pages.get(page) != null);
    }

    /** Whether nothing goes that {@code length} sees while the sequence grows to {@code end}. */
    boolean takesBack(int length, int end) {
        return !(retention instanceof Retention.Window window)
                || window.mask().first(length) / PAGE_TOKENS == window.mask().first(end) / PAGE_TOKENS;
    }

    void trim(int length) {
        if (length == 0 && !(retention instanceof Retention.Everything)) {
            IntStream.range(0, pages.size()).forEach(this::remove);
            pages.clear();
            begin(Slots.byPosition());
        }
    }

    /** Keeps only some slots of the {@code length} positions: (kvHeads, n), rising. */
    void compact(int[][] kept, int length, Ops ops) {
        var positions = new int[kept.length][];
        for (int h = 0; h < kept.length; h++) {
            int head = h;
            positions[h] = IntStream.of(kept[h])
                    .map(slot -> view.slots().position(head, slot))
                    .toArray();
        }
        KvView before = view;
        List<PagePool.Page> old = List.copyOf(pages);
        pages.clear();
        begin(new Slots(positions, length));
        for (int slot = 0; slot < kept[0].length; slot += PAGE_TOKENS) {
            PagePool.Page page = pool.take();
            pages.add(page);
            view.keys().add(page.keys());
            view.values().add(page.values());
        }
        ops.moveSlots(before, kept, view, spec);
        old.forEach(pool::giveBack);
    }

    /** Bytes of its pages. */
    long bytes() {
        return pool.pageBytes() * pages.stream().filter(Objects::nonNull).count();
    }

    /** Bytes of a page. */
    long pageBytes() {
        return pool.pageBytes();
    }

    /** The positions that some head still holds and a next query may see, of {@code length}. */
    BitSet live(int length) {
        var live = new BitSet();
        Slots slots = view.slots();
        for (int[] head : slots.kept()) {
            for (int position : head) {
                live.set(position);
            }
        }
        live.set(Math.min(slots.next(), length), length);
        if (retention instanceof Retention.Window window) {
            IntStream.range(0, length)
                    .filter(position -> !window.mask().sees(length, position))
                    .forEach(live::clear);
        }
        return live;
    }

    /** Makes an empty layer of the same kind hold the same first {@code length} positions. */
    void copyTo(LayerCache other, int length, Backend backend) {
        BitSet copied = present();
        int end = length == 0 ? 0 : (view.slots().of(length) + PAGE_TOKENS - 1) / PAGE_TOKENS;
        copied.clear(end, Math.max(end, copied.length()));
        other.restore(view.slots(), copied);
        for (int page : copied.stream().toArray()) {
            for (int i = 0; i < page(page).size(); i++) {
                Tensor from = page(page).get(i);
                var bytes = new byte[Math.toIntExact(from.bytes())];
                backend.read(from, MemorySegment.ofArray(bytes));
                backend.write(MemorySegment.ofArray(bytes), other.page(page).get(i));
            }
        }
    }

    /** Numbers of the pages that are there. */
    BitSet present() {
        var present = new BitSet();
        IntStream.range(0, pages.size()).filter(page -> pages.get(page) != null).forEach(present::set);
        return present;
    }

    /** Keys and values of a page that is there. */
    List<Tensor> page(int index) {
        return List.of(pages.get(index).keys(), pages.get(index).values());
    }

    /** Takes pages for what another cache of the same kind held; their contents are then copied. */
    void restore(Slots slots, BitSet present) {
        trim(0);
        pages.clear();
        begin(slots);
        for (int page = 0; page < present.length(); page++) {
            pages.add(null);
            view.keys().add(null);
            view.values().add(null);
            if (present.get(page)) {
                set(page, pool.take());
            }
        }
    }
}
