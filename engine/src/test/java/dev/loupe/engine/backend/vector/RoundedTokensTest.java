package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Side;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Activations rounded as llama.cpp does: products have the bits of those of activations rounded before. */
class RoundedTokensTest {
    private static final int COLUMNS = 768;

    private final MemoryLedger ledger = new MemoryLedger();
    private final Side side = new Side(new VectorBackend(2, ledger, new Cancellation()));

    @AfterEach
    void close() {
        side.close();
        assertEquals(0, ledger.snapshot().total(), "bytes not given back");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 19})
    void productsAreThoseOfRoundedActivations(int tokens) {
        float[] x = Side.random(2, tokens * COLUMNS);
        for (DType dtype : DTypes.all()) {
            try (Weight w = weight(40, dtype)) {
                float[] expected = product(side.ops(), w, rounded(x, dtype.blockElements()));
                assertArrayEquals(expected, product(rounding(), w, x), dtype.id());
            }
        }
    }

    @Test
    void aVectorOfZerosGivesZeros() {
        try (Weight w = weight(3, DTypes.SYM_INT4)) {
            assertArrayEquals(new float[3], product(rounding(), w, new float[COLUMNS]));
        }
    }

    private Ops rounding() {
        return side.backend().ops(Activations.Q8).orElseThrow();
    }

    private Weight weight(int rows, DType dtype) {
        return side.backend().weight(side.tensor(Side.random(1, rows * COLUMNS), COLUMNS), dtype);
    }

    private float[] product(Ops ops, Weight w, float[] x) {
        Tensor out = side.zeros(x.length / COLUMNS, w.rows());
        ops.matmul(side.tensor(x, COLUMNS), new Weight[] {w}, new Tensor[] {out});
        return side.floats(out);
    }

    /** Only super-blocks keep their scale in float32. */
    private static float[] rounded(float[] x, int block) {
        if (block == 1) {
            return x;
        }
        var rounded = new float[x.length];
        for (int from = 0; from < x.length; from += block) {
            float largest = 0;
            for (int i = from; i < from + block; i++) {
                largest = Math.max(largest, Math.abs(x[i]));
            }
            float scale = largest / 127;
            float stored = block == 256 ? scale : Float.float16ToFloat(Float.floatToFloat16(scale));
            for (int i = from; i < from + block; i++) {
                rounded[i] = Math.round(x[i] / scale) * stored;
            }
        }
        return rounded;
    }
}
