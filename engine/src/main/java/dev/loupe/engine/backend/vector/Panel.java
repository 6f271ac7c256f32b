package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** Product of a panel, fp32 (columns, 32 rows), with one vector. */
final class Panel {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private Panel() {}

    /**
     * @param x fp32 (columns)
     * @param out fp32 (32 rows)
     * @param add whether to go on from what is in {@code out}, so that a long row can be taken piece by piece
     */
    static void product(
            MemorySegment panel,
            long offset,
            int columns,
            MemorySegment x,
            long xOffset,
            MemorySegment out,
            long outOffset,
            boolean add) {
        int next = 4 * Lanes.COUNT;
        for (int lane = 0; lane < TileKernel.WORDS; lane += 2 * next) {
            FloatVector sum0 = add
                    ? FloatVector.fromMemorySegment(Lanes.FLOAT, out, outOffset + lane, LE)
                    : FloatVector.zero(Lanes.FLOAT);
            FloatVector sum1 = add
                    ? FloatVector.fromMemorySegment(Lanes.FLOAT, out, outOffset + lane + next, LE)
                    : FloatVector.zero(Lanes.FLOAT);
            long at = offset + lane;
            long xAt = xOffset;
            for (int k = 0; k < columns; k++) {
                FloatVector xk = FloatVector.broadcast(Lanes.FLOAT, x.get(ValueLayout.JAVA_FLOAT_UNALIGNED, xAt));
                sum0 = FloatVector.fromMemorySegment(Lanes.FLOAT, panel, at, LE).fma(xk, sum0);
                sum1 = FloatVector.fromMemorySegment(Lanes.FLOAT, panel, at + next, LE)
                        .fma(xk, sum1);
                at += TileKernel.WORDS;
                xAt += 4;
            }
            sum0.intoMemorySegment(out, outOffset + lane, LE);
            sum1.intoMemorySegment(out, outOffset + lane + next, LE);
        }
    }
}
