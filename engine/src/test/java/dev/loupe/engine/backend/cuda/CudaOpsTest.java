package dev.loupe.engine.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.BackendContract;
import dev.loupe.engine.ops.ReferenceBackend;
import dev.loupe.engine.ops.Side;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every verb on the first GPU; {@code ./loupe test --gpu} fails where it is not there, other runs skip. */
class CudaOpsTest extends BackendContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return Gpu.open(ledger);
    }

    /** Inputs of integer weights are rounded to 16 bits. */
    @Override
    protected double productTolerance() {
        return 1e-4;
    }

    @Override
    protected int tokensOfTheSameBits() {
        return Products.FEW_TOKENS;
    }

    /** Prompts: tensor cores, of which fp16 inputs are expected. */
    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void productsOfManyTokens(WeightFormat format) {
        DType dtype = DTypes.parse(format.name());
        float[] matrix = Side.random(1, 300 * 512);
        float[] x = Side.random(2, 100 * 512);
        x[77] = 1e6f; // beyond fp16
        float[][] results = new float[2][];
        Backend[] backends = {new ReferenceBackend(new MemoryLedger()), Gpu.open(new MemoryLedger())};
        for (int i = 0; i < 2; i++) {
            try (var side = new Side(backends[i]);
                    Arena arena = Arena.ofShared();
                    Weight weight = side.backend()
                            .weight(
                                    new Tensor(
                                            new Shape(300, 512),
                                            new Fp32(),
                                            arena.allocateFrom(ValueLayout.JAVA_FLOAT, matrix)),
                                    dtype)) {
                Tensor out = side.zeros(100, 300);
                side.ops().matmul(side.tensor(x, 512), new Weight[] {weight}, new Tensor[] {out});
                results[i] = side.floats(out);
            }
        }
        double tolerance = format == WeightFormat.FP32 ? 1e-4 : 1e-3;
        for (int i = 0; i < results[0].length; i++) {
            double size = i < 300 ? 1e6 : Math.sqrt(512);
            assertEquals(results[0][i], results[1][i], tolerance * 4 * size, format + ", value " + i);
        }
    }

    /** The first GPU of this machine. */
    static final class Gpu {
        private Gpu() {}

        static Backend open(MemoryLedger ledger) {
            try {
                return new CudaBackend(0, ledger, new Cancellation());
            } catch (LoupeException e) {
                if (Boolean.getBoolean("loupe.gpu")) {
                    throw e;
                }
                return abort("skipped: " + e.getMessage());
            }
        }
    }
}
