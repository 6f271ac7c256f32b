package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Mask;
import dev.loupe.engine.ops.Slots;

/**
 * Which slots of a tile of {@value #KEYS} a query sees, as bits: causality, window, sinks, compression and selection in
 * one word. Invariant: bit i agrees with {@link KvView#sees}.
 */
final class Visible {
    static final int KEYS = 32;

    private Mask mask;
    private Slots slots;
    private int kvHead;
    private long[] selected; // bits of slots, or null for all

    /** Turns to a head of a call. Returns this. */
    Visible over(KvView cache, Mask mask, int kvHead) {
        this.mask = mask;
        this.slots = cache.slots();
        this.kvHead = kvHead;
        selected = cache.selection() == null
                ? null
                : cache.selection().slots()[kvHead].toLongArray();
        return this;
    }

    /** The slots of the tile that begins at slot {@code tile}. */
    int bits(int tile, int position) {
        int next = slots.next();
        int end = slots.of(position) + 1 - tile;
        int bits = range(slots.of(Math.max(mask.first(position), next)) - tile, end);
        if (mask.sinks() > 0) {
            bits |= range(slots.of(next) - tile, Math.min(end, slots.of(Math.max(next, mask.sinks())) - tile));
        }
        for (int slot = tile; slot < Math.min(tile + KEYS, slots.keptCount()); slot++) {
            if (mask.sees(position, slots.position(kvHead, slot))) {
                bits |= 1 << slot - tile;
            }
        }
        return selected == null ? bits : bits & selected(tile);
    }

    /** The first tile from {@code tile} on that a query at {@code position} or later may see something of. */
    int seek(int tile, int position) {
        int always = Math.max(slots.keptCount(), slots.of(Math.max(slots.next(), mask.sinks())));
        int window = slots.of(Math.max(mask.first(position), slots.next())) / KEYS * KEYS;
        return tile < always && always > 0 ? tile : Math.max(tile, window);
    }

    private int selected(int tile) {
        return tile >> 6 < selected.length ? (int) (selected[tile >> 6] >>> (tile & 63)) : 0;
    }

    /** Bits {@code from} to {@code to}, as far as they are bits of a tile. */
    private static int range(int from, int to) {
        int low = Math.max(0, from);
        int high = Math.min(KEYS, to);
        return low >= high ? 0 : -1 >>> KEYS - (high - low) << low;
    }
}
