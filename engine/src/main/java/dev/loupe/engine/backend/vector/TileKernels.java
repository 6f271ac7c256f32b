package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.AsymInt4;
import dev.loupe.engine.dtype.Bf16;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.dtype.SymInt4;
import dev.loupe.engine.dtype.SymInt8;

/** Which kernel reads which dtype: the one place to name a new kernel. */
final class TileKernels {
    private TileKernels() {}

    static TileKernel of(DType dtype) {
        return switch (dtype) {
            case Fp32 ignored -> new Fp32Matmul();
            case Fp16 ignored -> new Fp16Matmul();
            case Bf16 ignored -> new Bf16Matmul();
            case SymInt8 ignored -> new SymInt8Matmul();
            case SymInt4 ignored -> new SymInt4Matmul();
            case AsymInt4 ignored -> new AsymInt4Matmul();
            default -> new DecodedMatmul(dtype);
        };
    }
}
