package dev.loupe.engine.backend.vector;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * The products of attention by machine code for AVX-512: twelve queries share what is read, which are more vectors than
 * the compiler keeps in registers; pages of fp32 and fp16 are read where they lie, others once decoded.
 *
 * <p>Invariants: the bits of {@link AttentionLoops}; what the code reads and writes is checked before each call.
 */
final class AttentionCalls implements AttentionProducts {
    private static final int KEYS = Visible.KEYS;
    private static final int LANES = 16;
    private static final boolean USED = Cpu.AVX512 && MachineCode.wanted();

    private static final CodeByCount[] SCORES = {scores(false), scores(true)};

    /** By log2 of the vectors of dimensions. */
    private static final CodeByCount[][] VALUES = {
        {values(1, false), values(2, false), values(4, false)}, {values(1, true), values(2, true), values(4, true)}
    };

    private final CacheTile tile = new CacheTile();
    private KvView cache;
    private AttentionSpec spec;
    private MemorySegment memory; // of keys or values
    private long at; // the first tile's, in bytes
    private long pitch; // bytes from a dimension of keys, or from a key's values, to the next
    private boolean halves;

    private static CodeByCount scores(boolean halves) {
        return new CodeByCount(BLOCK, queries -> AttentionCode.scores(queries, halves));
    }

    private static CodeByCount values(int vectors, boolean halves) {
        return new CodeByCount(AttentionCode.SUMS / vectors, queries -> AttentionCode.values(queries, vectors, halves));
    }

    /** Whether this CPU and this Java can. */
    static boolean used() {
        return USED;
    }

    /** Whether it has code for such heads. */
    static boolean serves(AttentionSpec spec) {
        return spec.headDim() % LANES == 0;
    }

    @Override
    public AttentionCalls over(KvView cache, AttentionSpec spec) {
        this.cache = cache;
        this.spec = spec;
        tile.over(cache, spec);
        return this;
    }

    @Override
    public int keys(int kvHead, int slot, int end) {
        Tensor page = cache.keys().get(slot / cache.pageTokens());
        if (!inPlace(page)) {
            tile.loadKeys(kvHead, slot, end);
            decoded(tile.keys(), tile.keyAt(), tile.keyStride());
            return 1;
        }
        long row = (long) kvHead * spec.headDim() * cache.pageTokens();
        return place(page, row + slot % cache.pageTokens(), cache.pageTokens(), slot);
    }

    @Override
    public int values(int kvHead, int slot) {
        Tensor page = cache.values().get(slot / cache.pageTokens());
        if (!inPlace(page)) {
            tile.loadValues(kvHead, slot);
            decoded(tile.values(), 0, spec.headDim());
            return 1;
        }
        long row = (long) kvHead * cache.pageTokens() + slot % cache.pageTokens();
        return place(page, row * spec.headDim(), spec.headDim(), slot);
    }

    private static boolean inPlace(Tensor page) {
        return page.dtype() instanceof Fp32 || page.dtype() instanceof Fp16;
    }

    private int place(Tensor page, long first, int elements, int slot) {
        memory = page.data();
        at = page.dtype().bytes(first);
        pitch = page.dtype().bytes(elements);
        halves = page.dtype() instanceof Fp16;
        return (cache.pageTokens() - slot % cache.pageTokens()) / KEYS;
    }

    private void decoded(Floats floats, int first, int elements) {
        memory = floats.memory();
        at = 4L * first;
        pitch = 4L * elements;
        halves = false;
    }

    @Override
    public void scores(Floats packed, int block, int queries, int tiles, Floats scores, int to) {
        int dim = spec.headDim();
        int size = halves ? 2 : 4;
        Objects.checkIndex(tiles - 1, cache.pageTokens()); // the code does not ask whether there is a first tile
        check(memory, at, (dim - 1) * pitch + (long) size * KEYS * tiles);
        check(packed.memory(), 4L * block, 4L * BLOCK * dim);
        check(scores.memory(), 4L * to, 4L * ((queries - 1) * STRIDE + KEYS * tiles));
        try {
            Function.SCORES.invokeExact(
                    SCORES[halves ? 1 : 0].of(queries),
                    memory,
                    at,
                    pitch,
                    packed.memory(),
                    4L * block,
                    scores.memory(),
                    4L * to,
                    (long) dim,
                    (long) tiles,
                    (long) Float.floatToRawIntBits(spec.scale()));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void weigh(Floats weights, int at, int queries, int low, int high, Floats out, int row) {
        int dim = spec.headDim();
        int size = halves ? 2 : 4;
        Objects.checkIndex(low, high); // the code does not ask whether there is a first key
        check(memory, this.at + low * pitch, (high - low - 1) * pitch + (long) size * dim);
        check(weights.memory(), 4L * (at + low), 4L * ((queries - 1) * STRIDE + high - low));
        check(out.memory(), 4L * row, 4L * queries * dim);
        for (int d = 0; d < dim; ) {
            int log = vectors(queries, (dim - d) / LANES);
            try {
                Function.VALUES.invokeExact(
                        VALUES[halves ? 1 : 0][log].of(queries),
                        memory,
                        this.at + low * pitch + (long) size * d,
                        pitch,
                        weights.memory(),
                        4L * (at + low),
                        out.memory(),
                        4L * (row + d),
                        (long) high - low,
                        4L * dim);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            d += LANES << log;
        }
    }

    /** log2 of the vectors that there are registers for. */
    private static int vectors(int queries, int needed) {
        if (needed >= 4 && 4 * queries <= AttentionCode.SUMS) {
            return 2;
        }
        return needed >= 2 ? 1 : 0;
    }

    private static void check(MemorySegment memory, long from, long bytes) {
        Objects.checkFromIndexSize(from, bytes, memory.byteSize());
    }

    /** Apart, for making it takes a fresh process some milliseconds. */
    private static final class Function {
        static final MethodHandle SCORES = MachineCode.function(FunctionDescriptor.ofVoid(
                ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                JAVA_LONG));
        static final MethodHandle VALUES = MachineCode.function(FunctionDescriptor.ofVoid(
                ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    }
}
