package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.dtype.AsymInt4;
import dev.loupe.engine.dtype.Bf16;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp8E4M3;
import dev.loupe.engine.dtype.Fp8E5M2;
import dev.loupe.engine.dtype.Q4K;
import dev.loupe.engine.dtype.Q6K;
import dev.loupe.engine.dtype.SymInt4;
import dev.loupe.engine.dtype.SymInt8;

/**
 * How a dtype lies in device memory: the planes of {@code weights.cuh}, whose numbers these are.
 *
 * <p>Invariant: a plane's bytes are those of 32 values (quants, scales) or 256 (supers).
 */
enum WeightFormat {
    SYM_INT4(1, 16, 2, 0),
    ASYM_INT4(2, 16, 4, 0),
    Q4_K(3, 16, 2, 4),
    Q6_K(4, 16, 10, 2),
    SYM_INT8(5, 32, 2, 0),
    FP8_E4M3(6, 32, 2, 0),
    FP8_E5M2(7, 32, 2, 0),
    FP16(8, 64, 0, 0),
    BF16(9, 64, 0, 0),
    FP32(10, 128, 0, 0);

    private final int code;
    private final int quantBytes;
    private final int scaleBytes;
    private final int superBytes;

    WeightFormat(int code, int quantBytes, int scaleBytes, int superBytes) {
        this.code = code;
        this.quantBytes = quantBytes;
        this.scaleBytes = scaleBytes;
        this.superBytes = superBytes;
    }

    /** How a dtype is held: one without kernels of its own is decoded to fp32. */
    static WeightFormat of(DType dtype) {
        return switch (dtype) {
            case SymInt4 d -> SYM_INT4;
            case AsymInt4 d -> ASYM_INT4;
            case Q4K d -> Q4_K;
            case Q6K d -> Q6_K;
            case SymInt8 d -> SYM_INT8;
            case Fp8E4M3 d -> FP8_E4M3;
            case Fp8E5M2 d -> FP8_E5M2;
            case Fp16 d -> FP16;
            case Bf16 d -> BF16;
            default -> FP32;
        };
    }

    /** Whether its values are floats in file order, of which any number makes a row. */
    boolean plain() {
        return scaleBytes == 0;
    }

    /** Whether the input of a product is held as 16-bit integers. */
    boolean integer() {
        return code <= SYM_INT8.code;
    }

    /** The macro that compiles a kernel for it. */
    String macro() {
        return "DTYPE=" + code;
    }

    /** Bytes of the first plane of so many values. */
    long quantBytes(long elements) {
        return elements * quantBytes / 32;
    }

    long scaleBytes(long elements) {
        return elements / 32 * scaleBytes;
    }

    long superBytes(long elements) {
        return elements / 256 * superBytes;
    }

    /** Columns that a lane of a product reads at once. */
    int unit(int columns) {
        if (!plain()) {
            return 32;
        }
        int unit = this == FP32 ? 4 : 8;
        return columns % unit == 0 ? unit : 1;
    }

    /** Bytes of shared memory that a token's input of a product takes. */
    int inputBytes(int columns) {
        int unit = unit(columns);
        int units = (columns + unit - 1) / unit;
        return integer() ? (units * 76 + 15) / 16 * 16 : units * unit * Float.BYTES;
    }

    /** Bytes that a lane of a product has under way for a row and a stage: codes and the words of their scales. */
    int laneBytes(int columns) {
        if (plain()) {
            return unit(columns) == 1 ? 4 : 16;
        }
        int words = this == Q4_K ? 2 : this == Q6_K ? 4 : 1;
        return quantBytes + 4 * words;
    }
}
