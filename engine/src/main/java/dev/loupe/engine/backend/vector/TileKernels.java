package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.AsymInt4;
import dev.loupe.engine.dtype.AsymInt5;
import dev.loupe.engine.dtype.Bf16;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.dtype.Fp4;
import dev.loupe.engine.dtype.Fp6E2M3;
import dev.loupe.engine.dtype.Fp6E3M2;
import dev.loupe.engine.dtype.Fp8E4M3;
import dev.loupe.engine.dtype.Fp8E5M2;
import dev.loupe.engine.dtype.MxFp4;
import dev.loupe.engine.dtype.MxFp6;
import dev.loupe.engine.dtype.MxFp8;
import dev.loupe.engine.dtype.Nf3;
import dev.loupe.engine.dtype.Nf4;
import dev.loupe.engine.dtype.Q2K;
import dev.loupe.engine.dtype.Q3K;
import dev.loupe.engine.dtype.Q4K;
import dev.loupe.engine.dtype.Q5K;
import dev.loupe.engine.dtype.Q6K;
import dev.loupe.engine.dtype.SymInt4;
import dev.loupe.engine.dtype.SymInt5;
import dev.loupe.engine.dtype.SymInt8;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which kernel reads which dtype: the one place to name a new kernel. The layouts say what the drawings at the dtypes
 * say; a kernel is made once.
 */
final class TileKernels {
    private static final CodeValues UNSIGNED = new CodeValues.Integers();
    private static final CodeValues E2M1 = new CodeValues.Levels(MxFp4.levels());
    private static final CodeValues E2M3 = new CodeValues.Minifloats(2, 3, 128);
    private static final CodeValues E3M2 = new CodeValues.Minifloats(3, 2, 128);
    private static final CodeValues E4M3 = new CodeValues.Minifloats(4, 3, 0x7F);
    private static final CodeValues E5M2 = new CodeValues.Minifloats(5, 2, 0x7C);
    private static final BlockScales POWER_OF_TWO = new BlockScales.PowerOfTwo();

    private static final Map<DType, TileKernel> MADE = new ConcurrentHashMap<>();

    private TileKernels() {}

    static TileKernel of(DType dtype) {
        return MADE.computeIfAbsent(dtype, TileKernels::make);
    }

    private static TileKernel make(DType dtype) {
        return switch (dtype) {
            case Fp32 ignored -> new Fp32Matmul();
            case Fp16 ignored -> new HalfMatmul.Form(dtype, false).kernel();
            case Bf16 ignored -> new HalfMatmul.Form(dtype, false).kernel();
            case SymInt8 q -> bytes(q, 2, new CodeValues.SignedBytes(), half(CodeValues.SignedBytes.ZERO));
            case Fp8E4M3 q -> bytes(q, 2, E4M3, half(0));
            case Fp8E5M2 q -> bytes(q, 2, E5M2, half(0));
            case MxFp8 q -> bytes(q, 1, E4M3, POWER_OF_TWO);
            case Fp6E2M3 q -> sixBits(q, 2, E2M3, half(0));
            case Fp6E3M2 q -> sixBits(q, 2, E3M2, half(0));
            case MxFp6 q -> sixBits(q, 1, E2M3, POWER_OF_TWO);
            case AsymInt5 q -> fiveBits(q, 4, new BlockScales.HalfPair());
            case SymInt5 q -> fiveBits(q, 2, half(16));
            case AsymInt4 q -> nibbles(q, 4, 16, UNSIGNED, new BlockScales.HalfPair());
            case SymInt4 q -> nibbles(q, 2, 16, UNSIGNED, half(8));
            case Fp4 q -> nibbles(q, 2, 16, E2M1, half(0));
            case Nf4 q -> nibbles(q, 2, 32, new CodeValues.Levels(Nf4.levels()), new BlockScales.Half(64, 0));
            case MxFp4 q -> nibbles(q, 1, 16, E2M1, POWER_OF_TWO);
            case Nf3 q ->
                kernel(
                        q,
                        2,
                        26,
                        Plane.runs(2, 16, 0),
                        Plane.consecutive(4),
                        new CodeValues.Levels(twice(Nf3.levels())),
                        new BlockScales.Half(64, 0));
            case Q6K q -> superBlock(q, 0, 192, Plane.runs(4, 64, 0), Plane.runs(2, 32, 32), SuperBlockScales.Q6_K);
            case Q5K q -> superBlock(q, 16, 176, Plane.runs(4, 32, 8), Plane.runs(1, 32, 0), SuperBlockScales.Q4_K);
            case Q4K q -> superBlock(q, 16, 144, Plane.runs(4, 32, 0), Plane.none(), SuperBlockScales.Q4_K);
            case Q3K q -> superBlock(q, 0, 96, Plane.runs(2, 32, 8), Plane.runs(1, 32, 0), SuperBlockScales.Q3_K);
            case Q2K q -> superBlock(q, 16, 80, Plane.runs(2, 32, 0), Plane.none(), SuperBlockScales.Q2_K);
        };
    }

    private static BlockScales half(int centre) {
        return new BlockScales.Half(32, centre);
    }

    /** A byte a code, after the scales. */
    private static TileKernel bytes(DType dtype, int scaleBytes, CodeValues values, BlockScales scales) {
        return kernel(dtype, scaleBytes, scaleBytes + 32, Plane.runs(8, 32, 0), Plane.none(), values, scales);
    }

    /** Two codes a byte, {@code distance} columns from each other, after the scales. */
    private static TileKernel nibbles(
            DType dtype, int scaleBytes, int distance, CodeValues values, BlockScales scales) {
        Plane low = Plane.runs(4, distance, 0);
        return kernel(dtype, scaleBytes, scaleBytes + distance, low, Plane.none(), values, scales);
    }

    /** 32 fifth bits, then nibbles. */
    private static TileKernel fiveBits(DType dtype, int scaleBytes, BlockScales scales) {
        Plane low = Plane.runs(4, 16, 1);
        return kernel(dtype, scaleBytes, scaleBytes + 20, low, Plane.consecutive(0), UNSIGNED, scales);
    }

    /** Nibbles, then the upper two bits. */
    private static TileKernel sixBits(DType dtype, int scaleBytes, CodeValues values, BlockScales scales) {
        Plane low = Plane.runs(4, 16, 0);
        return kernel(dtype, scaleBytes, scaleBytes + 24, low, Plane.runs(2, 8, 4), values, scales);
    }

    private static TileKernel superBlock(
            DType dtype, int codesFrom, int codesTo, Plane low, Plane high, BlockScales scales) {
        return kernel(dtype, codesFrom, codesTo, low, high, UNSIGNED, scales);
    }

    private static TileKernel kernel(
            DType dtype, int codesFrom, int codesTo, Plane low, Plane high, CodeValues values, BlockScales scales) {
        var layout = new BlockLayout(dtype, codesFrom, codesTo, low, high, values, scales);
        return Template.of("BlockKernel", layout.name(), layout, TileKernel.class);
    }

    private static float[] twice(float[] levels) {
        var both = new float[2 * levels.length];
        for (int i = 0; i < both.length; i++) {
            both[i] = levels[i % levels.length];
        }
        return both;
    }
}
