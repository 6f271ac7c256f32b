package dev.loupe.engine.backend.vector;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Objects;

/**
 * Products of integer codes with activations in signed bytes by AVX-512 VNNI, of which Java has no word: machine code,
 * made for a dtype and a number of tokens.
 *
 * <p>Invariants: integer sums are exact, and scaled in one order; so a token's bits do not depend on the others. What
 * the code reads and writes is checked before each call.
 */
final class VnniKernel implements IntegerProducts {
    private static final int ROWS = TileKernel.ROWS;

    private static final boolean USED = Cpu.VNNI && MachineCode.wanted();

    private final BlockLayout layout;
    private final MemorySegment spread;
    private final CodeByCount code; // of tokens

    VnniKernel(BlockLayout layout) {
        this.layout = layout;
        code = new CodeByCount(VnniCode.TOKENS, tokens -> VnniCode.of(layout, tokens));
        spread = MemorySegment.ofArray(layout.spread());
    }

    /** Whether this CPU and this Java can. */
    static boolean used() {
        return USED;
    }

    /** Whether it has code for such a layout. */
    static boolean serves(BlockLayout layout) {
        boolean integers =
                layout.values() instanceof CodeValues.Integers || layout.values() instanceof CodeValues.SignedBytes;
        int columns = layout.scales().columns();
        return integers
                && (columns == 32 || columns == 16 && layout.scales().zero().isPresent());
    }

    @Override
    public void product(MemorySegment tile, long offset, int columns, IntegerTokens x, int tokens, Floats out) {
        var records = (TokenRecords) x;
        Arrays.fill(out.array(), 0, tokens * ROWS, 0f); // with its bounds
        int piece = BlockLayout.piece(columns);
        long at = offset;
        for (int first = 0; first < columns; first += piece) {
            int width = Math.min(piece, columns - first);
            Objects.checkFromIndexSize(at, layout.pieceBytes(width), tile.byteSize());
            int scales = width / layout.scales().columns();
            Factors factors = WorkSpace.ofThread().factors().room(scales);
            layout.scales().decode(tile, at, 0, scales, factors.d(), factors.m());
            long codes = tile.address() + at + layout.scalesSize(width);
            piece(codes, first, width, records, factors, tokens, out);
            at += layout.pieceBytes(width);
        }
    }

    private void piece(long codes, int first, int width, TokenRecords x, Factors factors, int tokens, Floats out) {
        int blocks = width / layout.dtype().blockElements();
        long stride = x.stride();
        long from = x.at(first, width, tokens);
        for (int t = 0; t < tokens; t += VnniCode.TOKENS) {
            int count = Math.min(VnniCode.TOKENS, tokens - t);
            long to = 4L * ROWS * t;
            try {
                Function.CALL.invokeExact(
                        code.of(count),
                        codes,
                        from + t * stride,
                        stride,
                        factors.dMemory(),
                        factors.mMemory(),
                        out.memory(),
                        (long) blocks,
                        to,
                        spread);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Apart, for making it takes a fresh process some milliseconds. */
    private static final class Function {
        static final MethodHandle CALL = MachineCode.function(FunctionDescriptor.ofVoid(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS));
    }
}
