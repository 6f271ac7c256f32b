package dev.loupe.engine.backend.vector;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * Products of fp16 and bf16 with one or two groups of tokens by machine code for AVX-512: each weight is read and
 * decoded once for eight tokens, which have more vectors than the compiler keeps in registers.
 *
 * <p>Invariants: the bits of {@link HalfMatmul}'s own loops; what the code reads and writes is checked before each
 * call.
 */
final class FewHalves {
    /** Most groups of a call. */
    static final int GROUPS = 2;

    private static final int GROUP_BYTES = 4 * Gemm.GROUP;
    private static final boolean USED = Cpu.AVX512 && MachineCode.wanted();

    private final CodeByCount code; // of groups

    /** @param bf16 or else {@link NormalHalves} */
    FewHalves(boolean bf16) {
        code = new CodeByCount(GROUPS, groups -> FewHalvesCode.of(bf16, groups));
    }

    /** Whether this CPU and this Java can. */
    static boolean used() {
        return USED;
    }

    /**
     * Adds products of pairs of columns.
     *
     * @param from first column, even
     * @param to end of the columns, even
     * @param first of {@code groups} groups of x
     */
    void add(
            MemorySegment tile,
            long offset,
            int columns,
            int from,
            int to,
            Floats x,
            int first,
            int groups,
            Floats out) {
        Objects.checkIndex(from, to); // the code does not ask whether there is a first pair
        long stride = (long) columns * GROUP_BYTES;
        long words = offset + from / 2L * TileKernel.WORDS;
        long xAt = first * stride + (long) from * GROUP_BYTES;
        long outAt = (long) first * Gemm.GROUP * TileKernel.WORDS;
        Objects.checkFromIndexSize(words, (to - from) / 2L * TileKernel.WORDS, tile.byteSize());
        long last = xAt + (groups - 1) * stride;
        Objects.checkFromIndexSize(
                last, (long) (to - from) * GROUP_BYTES, x.memory().byteSize());
        Objects.checkFromIndexSize(
                outAt,
                (long) groups * Gemm.GROUP * TileKernel.WORDS,
                out.memory().byteSize());
        try {
            Function.CALL.invokeExact(
                    code.of(groups),
                    tile.address() + words,
                    x.memory(),
                    stride,
                    out.memory(),
                    outAt,
                    (to - from) / 2L,
                    xAt);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Apart, for making it takes a fresh process some milliseconds. */
    private static final class Function {
        static final MethodHandle CALL = MachineCode.function(
                FunctionDescriptor.ofVoid(JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    }
}
