package dev.loupe.engine.model;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.attention.AttentionPlan;
import dev.loupe.engine.attention.PlannedAttention;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.cache.PagedCache;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.TopSpec;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Runs a decoder over tokens, with the work space that takes. A long prompt is read in chunks, which changes no bit of
 * the result.
 */
public final class ForwardPass implements AutoCloseable {
    /** Positions whose logits are computed at once. */
    public static final int HEAD_TOKENS = 32;

    private final Decoder decoder;
    private final Backend backend;
    private final Ops ops;
    private final int chunk;
    private final PlannedAttention attention;
    private final Set<Integer> skipped;
    private final Workspace work;
    private final Backend.Memory memory;
    private final HeadRows head;
    private final float[] row; // logits of one position
    private Tensor otherRows; // of another head, once asked for

    /** With flash attention over everything that the model sees. */
    public ForwardPass(Decoder decoder, Backend backend, int chunk, LongConsumer ledger) {
        this(decoder, backend, chunk, AttentionPlan.standard(), ledger);
    }

    /**
     * @param chunk most tokens at a time
     * @param plan how attention is computed
     * @param ledger told of the bytes of the work space
     */
    public ForwardPass(Decoder decoder, Backend backend, int chunk, AttentionPlan plan, LongConsumer ledger) {
        this(decoder, backend, backend.ops(), chunk, plan, Set.of(), ledger);
    }

    /**
     * As above, by other verbs or passing over layers.
     *
     * @param ops of the backend
     * @param skipped numbers of the layers left out, which write no keys and values
     */
    public ForwardPass(
            Decoder decoder,
            Backend backend,
            Ops ops,
            int chunk,
            AttentionPlan plan,
            Set<Integer> skipped,
            LongConsumer ledger) {
        this.decoder = decoder;
        this.backend = backend;
        this.ops = ops;
        this.chunk = chunk;
        this.skipped = Set.copyOf(skipped);
        attention = new PlannedAttention(plan, backend, decoder.layers().size(), ledger);
        work = new Workspace(backend, chunk, decoder, ledger);
        memory = backend.memory(ledger);
        head = new HeadRows(backend, ops, memory, decoder.vocabularySize());
        row = new float[decoder.vocabularySize()];
    }

    /**
     * An empty cache for sequences that this pass reads.
     *
     * @param capacity most positions
     * @param ledger told of the bytes taken and given back
     */
    public PagedCache newCache(CachePlan plan, int capacity, LongConsumer ledger) {
        var specs = decoder.layers().stream()
                .map(layer -> attention.plan().of(layer.attention().spec()))
                .toList();
        return new PagedCache(backend, specs, plan, capacity, ledger);
    }

    /** How attention is computed. */
    public PlannedAttention attention() {
        return attention;
    }

    /** Number of logits of a position. */
    public int vocabularySize() {
        return decoder.vocabularySize();
    }

    /** Whether keys of a sequence of one length serve one of the other too; if not, it must be read again. */
    public boolean sameKeys(int length, int other) {
        return decoder.sameKeys(length, other);
    }

    /** Receives the logits of positions, in order. */
    @FunctionalInterface
    public interface LogitsSink {
        /**
         * @param index of the token in the ids given
         * @param logits (vocabulary), valid during the call only
         */
        void accept(int index, float[] logits);
    }

    /**
     * Reads tokens into the cache and gives the logits after the last of them.
     *
     * @param out (vocabulary)
     */
    public void last(int[] ids, KvCache cache, float[] out) {
        run(ids, cache, ids.length - 1, (index, values) -> System.arraycopy(values, 0, out, 0, out.length));
    }

    /** Reads tokens into the cache and gives the logits after each from index {@code from} on. */
    public void run(int[] ids, KvCache cache, int from, LogitsSink sink) {
        read(ids, cache, from, null, (index, at) -> {
            head.logits(at, row);
            sink.accept(index, row);
        });
    }

    /**
     * Reads tokens into the cache; what the head says after each of the last {@code count} stays on the device until
     * this pass reads again.
     *
     * @param count at most {@value #HEAD_TOKENS}, of tokens that are read at once
     * @param spec of the tops that are looked for in the pass; null for none
     */
    public HeadRows read(int[] ids, KvCache cache, int count, TopSpec spec) {
        if (count > Math.min(HEAD_TOKENS, (ids.length - 1) % chunk + 1)) {
            throw new IllegalArgumentException("logits after %d of %d tokens".formatted(count, ids.length));
        }
        read(ids, cache, ids.length - count, spec, (index, at) -> {});
        return head;
    }

    /**
     * Logits after the last token read, of a few ids only, by another head that reads what this pass's own read.
     *
     * @param head (vocabulary, hidden), on this pass's device
     * @param ids always as many
     * @param cap as {@link Decoder#logitSoftcap()}
     * @return one logit an id
     */
    public float[] logits(Weight head, int[] ids, float cap) {
        if (otherRows == null) {
            otherRows = memory.allocate(new Shape(ids.length, head.columns()));
        }
        ops.embed(head, ids, otherRows);
        var rows = new float[ids.length * head.columns()];
        var x = new float[head.columns()];
        backend.read(otherRows, rows);
        int last = (int) work.normed().shape().rows() - 1;
        backend.read(work.normed().rows(last, last + 1), x);
        var logits = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            double sum = 0;
            for (int c = 0; c < x.length; c++) {
                sum += x[c] * rows[i * x.length + c];
            }
            logits[i] = (float) (cap == 0 ? sum : cap * Math.tanh(sum / cap));
        }
        return logits;
    }

    /** Told that what the head says of a token lies in a row of its results now. */
    private interface HeadSink {
        void accept(int index, int row);
    }

    private void read(int[] ids, KvCache cache, int from, TopSpec spec, HeadSink sink) {
        int before = cache.length();
        int length = before + ids.length;
        if (before > 0 && !decoder.sameKeys(before, length)) {
            throw new LoupeException(
                    "The model turns the positions of %,d tokens otherwise than those of the %,d read before; read all of them at once."
                            .formatted(length, before));
        }
        cache.begin(ids.length);
        try {
            for (int start = 0; start < ids.length; start += chunk) {
                int end = Math.min(ids.length, start + chunk);
                cache.reserve(end - start);
                chunk(Arrays.copyOfRange(ids, start, end), cache, length, Math.max(0, from - start), spec, start, sink);
            }
        } catch (RuntimeException | Error e) {
            cache.rollBack(before);
            throw e;
        }
    }

    /** The head reads the tokens from index {@code from} on, with the layers in one pass if its results have room. */
    private void chunk(int[] ids, KvCache cache, int length, int from, TopSpec spec, int start, HeadSink sink) {
        int count = ids.length;
        boolean together = from < count && count - from <= HEAD_TOKENS;
        work.tokens(count);
        var ofHead = together ? new Head(from, spec) : null;
        var form = new PassForm(this, cache, cache.layout(), count, decoder.sameKeys(1, length), ofHead);
        ops.pass(form, ids, cache.length(), () -> {
            layers(ids, cache, length);
            if (together) {
                head(from, count, spec);
            }
        });
        cache.advance(count);
        for (int first = from; first < count; first += HEAD_TOKENS) {
            int end = Math.min(count, first + HEAD_TOKENS);
            if (!together) {
                head(first, end, spec);
            }
            head.found(end - first, spec);
            for (int t = first; t < end; t++) {
                sink.accept(start + t, t - first);
            }
        }
    }

    /** What the verbs of a pass depend on besides its ids and its position. */
    private record PassForm(ForwardPass pass, KvCache cache, int layout, int tokens, boolean firstKeys, Head head) {}

    /** From which token on the head reads, and what is looked for in its logits. */
    private record Head(int from, TopSpec spec) {}

    private void layers(int[] ids, KvCache cache, int length) {
        Tensor x = work.stream(); // (tokens, hidden)
        decoder.embed(ops, ids, x);
        var step = new Step(ops, work, attention, cache, cache.length(), length);
        for (int layer = 0; layer < decoder.layers().size(); layer++) {
            if (!skipped.contains(layer)) {
                decoder.layers().get(layer).apply(step, layer, x);
            }
        }
    }

    /** Logits of tokens {@code from} to {@code to} of the chunk in work, and what is looked for in them. */
    private void head(int from, int to, TopSpec spec) {
        Tensor stream = work.stream().rows(from, to);
        Tensor normed = decoder.norm().apply(ops, stream, work.normed().rows(from, to));
        decoder.logits(ops, normed, head.logits(to - from));
        if (spec != null) {
            head.find(to - from, spec);
        }
    }

    @Override
    public void close() {
        attention.close();
        work.close();
        memory.close();
    }
}
