package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.dtype.DType;
import java.util.Locale;

/**
 * How a dtype, by whose id it is called, lies in device memory: in the planes of {@code weights.cuh}, or in the file's
 * own blocks of {@code blocks.cuh}. The codes are those files'.
 *
 * <p>Invariant: a plane's bytes are those of 256 values.
 */
enum WeightFormat {
    SYM_INT4(1, 128, 16, 0),
    ASYM_INT4(2, 128, 32, 0),
    Q4_K(3, 128, 16, 4),
    Q6_K(4, 128, 80, 2),
    SYM_INT8(5, 256, 16, 0),
    FP8_E4M3(6, 256, 16, 0),
    FP8_E5M2(7, 256, 16, 0),
    FP16(8, 512, 0, 0),
    BF16(9, 512, 0, 0),
    FP32(10, 1024, 0, 0),
    Q5_K(11, 176, 0, 0),
    Q3_K(12, 110, 0, 0),
    Q2_K(13, 84, 0, 0),
    SYM_INT5(14, 176, 0, 0),
    ASYM_INT5(15, 192, 0, 0),
    FP6_E2M3(16, 208, 0, 0),
    FP6_E3M2(17, 208, 0, 0),
    FP4(18, 144, 0, 0),
    NF4(19, 136, 0, 0),
    NF3(20, 104, 0, 0),
    MXFP8(21, 264, 0, 0),
    MXFP6(22, 200, 0, 0),
    MXFP4(23, 136, 0, 0);

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

    /** How a dtype is held. */
    static WeightFormat of(DType dtype) {
        return valueOf(dtype.id().toUpperCase(Locale.ROOT));
    }

    /** Whether its values are floats in file order, of which any number makes a row. */
    boolean plain() {
        return scaleBytes == 0 && !inBlocks();
    }

    /** Whether it lies in the file's blocks, each of which is decoded where it is needed. */
    boolean inBlocks() {
        return code > FP32.code;
    }

    /** Whether it lies as the file has it, so that nothing is rearranged. */
    boolean asStored() {
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
        return elements * quantBytes / 256;
    }

    long scaleBytes(long elements) {
        return elements * scaleBytes / 256;
    }

    long superBytes(long elements) {
        return elements * superBytes / 256;
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
        return (int) quantBytes(32) + 4 * words;
    }
}
