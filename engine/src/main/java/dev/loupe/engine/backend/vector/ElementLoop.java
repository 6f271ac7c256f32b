package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * An operation on each element of two inputs: a {@link Template}.
 *
 * <p>The last elements that do not fill a vector are done with a mask, by the same operations, so that an element's
 * bits do not depend on where the range was cut.
 */
final class ElementLoop implements Elementwise.Loop {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final Elementwise.Operation OPERATION =
            Template.data(MethodHandles.lookup(), Elementwise.Operation.class);

    @Override
    public void run(MemorySegment a, MemorySegment b, MemorySegment out, int from, int to, float factor) {
        long at = 4L * from;
        long end = 4L * to;
        long step = 4L * Lanes.COUNT;
        for (; at + step <= end; at += step) {
            FloatVector va = FloatVector.fromMemorySegment(Lanes.FLOAT, a, at, LE);
            FloatVector vb = FloatVector.fromMemorySegment(Lanes.FLOAT, b, at, LE);
            OPERATION.of(va, vb, factor).intoMemorySegment(out, at, LE);
        }
        if (at < end) {
            VectorMask<Float> rest = Lanes.FLOAT.indexInRange(0, (end - at) / 4);
            FloatVector va = FloatVector.fromMemorySegment(Lanes.FLOAT, a, at, LE, rest);
            FloatVector vb = FloatVector.fromMemorySegment(Lanes.FLOAT, b, at, LE, rest);
            OPERATION.of(va, vb, factor).intoMemorySegment(out, at, LE, rest);
        }
    }
}
