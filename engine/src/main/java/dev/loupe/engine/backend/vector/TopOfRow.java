package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.Top;
import dev.loupe.engine.ops.TopSpec;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Finds the {@link Top} of rows, their masses by vectors. Invariant: bits do not depend on the width of these. */
final class TopOfRow {
    private final LongConsumer scratch;
    private float[] row = {};

    /** @param scratch told of the bytes that it keeps */
    TopOfRow(LongConsumer scratch) {
        this.scratch = scratch;
    }

    /** Of row {@code r} of x (n, columns). */
    Top find(Tensor x, long r, TopSpec spec) {
        int columns = (int) x.shape().columns();
        if (row.length != columns) {
            scratch.accept(4L * (columns - row.length));
            row = new float[columns];
        }
        MemorySegment.copy(x.data(), ValueLayout.JAVA_FLOAT_UNALIGNED, r * x.rowBytes(), row, 0, columns);
        Top top = Top.of(row, new TopSpec(spec.count(), 0));
        float highest = top.values()[0];
        if (spec.temperature() == 0) {
            return top;
        }
        if (Float.isInfinite(highest)) {
            return Top.of(row, spec);
        }
        weigh(row, highest, spec.temperature());
        double mass = 0;
        for (float weight : row) {
            mass += weight > 0 ? weight : 0; // a NaN weighs nothing
        }
        return new Top(top.ids(), top.values(), mass);
    }

    private static void weigh(float[] row, float highest, float temperature) {
        int i = 0;
        for (; i + Lanes.COUNT <= row.length; i += Lanes.COUNT) {
            FloatVector value = FloatVector.fromArray(Lanes.FLOAT, row, i);
            VectorMath.exp(value.sub(highest).div(temperature)).intoArray(row, i);
        }
        if (i < row.length) {
            VectorMask<Float> rest = Lanes.FLOAT.indexInRange(i, row.length);
            FloatVector value = FloatVector.fromArray(Lanes.FLOAT, row, i, rest);
            VectorMath.exp(value.sub(highest).div(temperature)).intoArray(row, i, rest);
        }
    }

    /** Gives its bytes back. */
    void free() {
        scratch.accept(-4L * row.length);
        row = new float[0];
    }
}
