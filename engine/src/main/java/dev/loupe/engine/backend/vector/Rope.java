package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.RopeTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** Rotary embedding: halves of a head side by side. */
final class Rope {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Rope() {}

    /** Turns tokens {@code from} to {@code to} of x (tokens, heads, headDim) in place. */
    static void turn(MemorySegment x, int heads, int headDim, RopeTable table, int firstPosition, int from, int to) {
        int pairs = table.pairs();
        for (int t = from; t < to; t++) {
            int angle = (firstPosition + t) * pairs;
            for (int h = 0; h < heads; h++) {
                head(x, 4L * ((long) t * heads + h) * headDim, pairs, table.cos(), table.sin(), angle);
            }
        }
    }

    private static void head(MemorySegment x, long head, int pairs, float[] cos, float[] sin, int angle) {
        long other = head + 4L * pairs;
        int i = 0;
        for (; i + Lanes.COUNT <= pairs; i += Lanes.COUNT) {
            FloatVector c = FloatVector.fromArray(Lanes.FLOAT, cos, angle + i);
            FloatVector s = FloatVector.fromArray(Lanes.FLOAT, sin, angle + i);
            FloatVector a = FloatVector.fromMemorySegment(Lanes.FLOAT, x, head + 4L * i, LE);
            FloatVector b = FloatVector.fromMemorySegment(Lanes.FLOAT, x, other + 4L * i, LE);
            a.mul(c).sub(b.mul(s)).intoMemorySegment(x, head + 4L * i, LE);
            b.mul(c).add(a.mul(s)).intoMemorySegment(x, other + 4L * i, LE);
        }
        for (; i < pairs; i++) {
            float a = x.get(FLOAT, head + 4L * i);
            float b = x.get(FLOAT, other + 4L * i);
            x.set(FLOAT, head + 4L * i, a * cos[angle + i] - b * sin[angle + i]);
            x.set(FLOAT, other + 4L * i, b * cos[angle + i] + a * sin[angle + i]);
        }
    }
}
