package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.Top;
import dev.loupe.engine.ops.TopSpec;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.LongConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Finds the {@link Top} of rows; a single one and masses by vectors. Invariant: bits do not depend on their width. */
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
        if (spec.equals(TopSpec.FIRST)) {
            return first(x.data(), r * x.rowBytes(), columns);
        }
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

    private static Top first(MemorySegment x, long offset, int columns) {
        var values = new float[Lanes.COUNT];
        var places = new float[Lanes.COUNT];
        int whole = columns - columns % Lanes.COUNT;
        highest(x, offset, whole, values, places);
        int place = 0;
        float highest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < Lanes.COUNT; i++) {
            if (values[i] > highest || values[i] == highest && places[i] < place) {
                highest = values[i];
                place = (int) places[i];
            }
        }
        for (int c = whole; c < columns; c++) {
            float value = x.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + 4L * c);
            if (value > highest) {
                highest = value;
                place = c;
            }
        }
        return new Top(new int[] {place}, new float[] {highest + 0f}, 0); // -0 is 0
    }

    /** The highest value of every lane, and the column it is first in: as a float, which shares the values' mask. */
    private static void highest(MemorySegment x, long offset, int columns, float[] values, float[] places) {
        FloatVector highest = FloatVector.broadcast(Lanes.FLOAT, Float.NEGATIVE_INFINITY);
        FloatVector column = FloatVector.zero(Lanes.FLOAT).addIndex(1);
        FloatVector place = FloatVector.zero(Lanes.FLOAT);
        long at = offset;
        for (int c = 0; c < columns; c += Lanes.COUNT) {
            FloatVector v = FloatVector.fromMemorySegment(Lanes.FLOAT, x, at, ByteOrder.LITTLE_ENDIAN);
            VectorMask<Float> higher = v.compare(VectorOperators.GT, highest);
            highest = highest.blend(v, higher);
            place = place.blend(column, higher);
            column = column.add(Lanes.COUNT);
            at += 4L * Lanes.COUNT;
        }
        highest.intoArray(values, 0);
        place.intoArray(places, 0);
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
