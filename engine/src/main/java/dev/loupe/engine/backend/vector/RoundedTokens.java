package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.HostTensors;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Activations with the values that {@link Activations#Q8} or {@link Activations#INT8} leaves them, still as floats.
 *
 * <p>Source: {@code quantize_row_q8_0} and {@code quantize_row_q8_K} of ggml. Invariant: a token's values depend on the
 * token and the dtype alone.
 */
final class RoundedTokens implements AutoCloseable {
    private static final int LARGEST = ByteBlock.LARGEST;
    private static final int SUPER_BLOCK = 256;

    private final Team team;
    private final MemoryLedger ledger;
    private HostTensors memory;
    private Tensor room;

    RoundedTokens(Team team, MemoryLedger ledger) {
        this.team = team;
        this.ledger = ledger;
    }

    /** x (tokens, columns) for products with weights of a dtype; valid until the next call. */
    Tensor of(Tensor x, DType dtype) {
        if (!Activations.Q8.serves(dtype)) {
            return x;
        }
        Tensor rounded = room(x);
        int tokens = (int) x.shape().rows();
        int columns = (int) x.shape().columns();
        int block = dtype.blockElements();
        team.run(rank -> {
            float[] row = WorkSpace.ofThread().input(columns);
            for (int t; (t = team.next(1, tokens)) >= 0; ) {
                MemorySegment.copy(x.data(), ValueLayout.JAVA_FLOAT, t * x.rowBytes(), row, 0, columns);
                round(row, columns, block, block != SUPER_BLOCK);
                MemorySegment.copy(row, 0, rounded.data(), ValueLayout.JAVA_FLOAT, t * x.rowBytes(), columns);
            }
        });
        return rounded;
    }

    /**
     * Rounds a row, block by block.
     *
     * @param halfScales whether scales are kept in 16 bits
     */
    static void round(float[] row, int columns, int block, boolean halfScales) {
        for (int from = 0; from < columns; from += block) {
            roundBlock(row, from, from + block, halfScales);
        }
    }

    private static void roundBlock(float[] row, int from, int to, boolean halfScale) {
        FloatVector largest = FloatVector.zero(Lanes.FLOAT);
        for (int i = from; i < to; i += Lanes.COUNT) {
            largest = largest.max(FloatVector.fromArray(Lanes.FLOAT, row, i).abs());
        }
        float scale = Math.max(largest.reduceLanes(VectorOperators.MAX) / LARGEST, ByteBlock.SMALLEST);
        float inverse = 1 / scale;
        float stored = halfScale ? Float.float16ToFloat(Float.floatToFloat16(scale)) : scale;
        for (int i = from; i < to; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOAT, row, i)
                    .mul(inverse)
                    .add(ByteBlock.ROUND)
                    .sub(ByteBlock.ROUND)
                    .mul(stored)
                    .intoArray(row, i);
        }
    }

    private Tensor room(Tensor x) {
        if (room == null || room.shape().elements() < x.shape().elements()) {
            close();
            memory = new HostTensors(ledger::scratch);
            room = memory.allocate(x.shape(), x.dtype());
        }
        return new Tensor(x.shape(), x.dtype(), room.data().asSlice(0, x.bytes()));
    }

    @Override
    public void close() {
        if (memory != null) {
            memory.close();
            memory = null;
            room = null;
        }
    }
}
