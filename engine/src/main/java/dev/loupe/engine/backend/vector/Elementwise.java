package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** What is done element by element, and the norms. Ranges count elements (or tokens, where there are columns). */
final class Elementwise {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    static final int SUMS = 32;
    private static final float SQRT_2_OVER_PI = 0.7978845608028654f;

    private Elementwise() {}

    /** An operation on one vector of two inputs. */
    interface Operation {
        FloatVector of(FloatVector a, FloatVector b, float factor);
    }

    /** What {@link ElementLoop} makes of one. */
    interface Loop {
        /** out = the operation on a and b, elements {@code from} to {@code to}. */
        void run(MemorySegment a, MemorySegment b, MemorySegment out, int from, int to, float factor);
    }

    private static final Loop ADD = loop("add", (a, b, factor) -> a.add(b));
    private static final Loop ADD_SCALED = loop("add_scaled", (a, b, factor) -> a.add(b.mul(factor)));
    private static final Loop SCALE = loop("scale", (a, b, factor) -> a.mul(factor));
    private static final Loop SOFTCAP =
            loop("softcap", (a, b, cap) -> VectorMath.tanh(a.div(cap)).mul(cap));
    private static final Loop SILU = loop(
            "silu",
            (gate, up, factor) -> gate.div(VectorMath.exp(gate.neg()).add(1f)).mul(up));
    private static final Loop GELU_TANH = loop("gelu_tanh", (gate, up, factor) -> {
        FloatVector cube = gate.mul(gate).mul(gate);
        FloatVector inner = cube.mul(0.044715f).add(gate).mul(SQRT_2_OVER_PI);
        return gate.mul(0.5f).mul(VectorMath.tanh(inner).add(1f)).mul(up);
    });

    private static Loop loop(String name, Operation operation) {
        return Template.of("ElementLoop", name, operation, Loop.class);
    }

    static void add(MemorySegment x, MemorySegment y, int from, int to) {
        ADD.run(x, y, x, from, to, 0);
    }

    static void scale(MemorySegment x, float factor, int from, int to) {
        SCALE.run(x, x, x, from, to, factor);
    }

    static void softcap(MemorySegment x, float cap, int from, int to) {
        SOFTCAP.run(x, x, x, from, to, cap);
    }

    static void silu(MemorySegment gate, MemorySegment up, MemorySegment out, int from, int to) {
        SILU.run(gate, up, out, from, to, 0);
    }

    static void geluTanh(MemorySegment gate, MemorySegment up, MemorySegment out, int from, int to) {
        GELU_TANH.run(gate, up, out, from, to, 0);
    }

    static void addBias(MemorySegment x, MemorySegment bias, int columns, int from, int to) {
        for (int t = from; t < to; t++) {
            MemorySegment row = x.asSlice(4L * t * columns, 4L * columns);
            ADD.run(row, bias, row, 0, columns, 0);
        }
    }

    /** Rows {@code from} to {@code to} of x (n, columns), times their factors, added to those of {@code sum}. */
    static void addRows(
            MemorySegment x, int[] rows, float[] factors, MemorySegment sum, int columns, int from, int to) {
        for (int i = from; i < to; i++) {
            MemorySegment row = sum.asSlice(4L * rows[i] * columns, 4L * columns);
            ADD_SCALED.run(row, x.asSlice(4L * i * columns, 4L * columns), row, 0, columns, factors[i]);
        }
    }

    /** Norms tokens {@code from} to {@code to} of x (tokens, columns). */
    static void rmsNorm(
            MemorySegment x, MemorySegment weight, float eps, int columns, int from, int to, MemorySegment out) {
        for (int t = from; t < to; t++) {
            long row = 4L * t * columns;
            float factor = (float) (1 / Math.sqrt(squares(x, row, columns) / columns + eps));
            int i = 0;
            for (; i + Lanes.COUNT <= columns; i += Lanes.COUNT) {
                FloatVector v = FloatVector.fromMemorySegment(Lanes.FLOAT, x, row + 4L * i, LE);
                FloatVector w = FloatVector.fromMemorySegment(Lanes.FLOAT, weight, 4L * i, LE);
                v.mul(factor).mul(w).intoMemorySegment(out, row + 4L * i, LE);
            }
            for (; i < columns; i++) {
                float v = x.get(ValueLayout.JAVA_FLOAT_UNALIGNED, row + 4L * i);
                float w = weight.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i);
                out.set(ValueLayout.JAVA_FLOAT_UNALIGNED, row + 4L * i, v * factor * w);
            }
        }
    }

    /** In the same order whatever the width of vectors: {@value #SUMS} sums, each over every so many columns. */
    private static double squares(MemorySegment x, long row, int columns) {
        float[] sums = WorkSpace.ofThread().partialSums();
        int whole = columns / SUMS * SUMS;
        for (int lane = 0; lane < SUMS; lane += Lanes.COUNT) {
            FloatVector sum = FloatVector.zero(Lanes.FLOAT);
            for (int i = lane; i < whole; i += SUMS) {
                FloatVector v = FloatVector.fromMemorySegment(Lanes.FLOAT, x, row + 4L * i, LE);
                sum = v.fma(v, sum);
            }
            sum.intoArray(sums, lane);
        }
        for (int i = whole; i < columns; i++) {
            float v = x.get(ValueLayout.JAVA_FLOAT_UNALIGNED, row + 4L * i);
            sums[i - whole] = Math.fma(v, v, sums[i - whole]);
        }
        return VectorMath.sum(sums);
    }
}
