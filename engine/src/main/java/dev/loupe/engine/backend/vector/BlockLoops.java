package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The loops over codes, for every dtype with blocks: a template, of which {@link BlockKernel} defines a class a dtype.
 *
 * <p>So the numbers of a dtype are constants to the compiler, which then drops what a dtype does not need, and its
 * profile is its own. One class that read them from fields is four times slower; one that called a method of the dtype
 * for each code boxes its vectors, and is a hundred times slower.
 */
final class BlockLoops implements BlockKernel.Loops {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final int ROWS = TileKernel.ROWS;
    private static final BlockLayout LAYOUT = Template.data(MethodHandles.lookup(), BlockLayout.class);

    private static final int GROUPS = LAYOUT.groups();
    private static final int PER_SCALE = LAYOUT.scales().columns() / Plane.GROUP;
    private static final long BLOCK = LAYOUT.codesSize();
    private static final int LOW_MASK = LAYOUT.low().mask();
    private static final int HIGH_BITS = LAYOUT.high().bits();
    private static final int HIGH_MASK = LAYOUT.high().mask();
    private static final int HIGH_STEP = LAYOUT.high().step();
    private static final int LOW_BITS = LAYOUT.low().bits();
    private static final int LOW_RUN = LAYOUT.low().run();
    private static final int LOW_SPAN = LOW_RUN * (8 / LOW_BITS);
    private static final int LOW_FIRST = LAYOUT.low().first() * TileKernel.WORDS;
    private static final int HIGH_RUN = LAYOUT.high().run();
    private static final int HIGH_SPAN = HIGH_BITS == 0 ? 4 : HIGH_STEP == 1 ? 32 : HIGH_RUN * (8 / HIGH_BITS);
    private static final int HIGH_FIRST = LAYOUT.high().first() * TileKernel.WORDS;

    private static final boolean SIGNED = LAYOUT.values() instanceof CodeValues.Integers(boolean signed) && signed;
    private static final boolean LEVELS = LAYOUT.values() instanceof CodeValues.Levels;
    private static final boolean MINIFLOATS = LAYOUT.values() instanceof CodeValues.Minifloats;
    private static final float[] TABLE = LAYOUT.values() instanceof CodeValues.Levels(float[] levels) ? levels : null;
    private static final int MANTISSA =
            LAYOUT.values() instanceof CodeValues.Minifloats(int e, int mantissaBits, int n) ? mantissaBits : 0;
    private static final int EXPONENT =
            LAYOUT.values() instanceof CodeValues.Minifloats(int exponentBits, int mb, int n) ? exponentBits : 0;
    private static final int MAGNITUDE = (1 << EXPONENT + MANTISSA) - 1;
    private static final int REBIAS = 128 - (1 << Math.max(0, EXPONENT - 1)) << 23;
    private static final float SCALE = Float.intBitsToFloat(REBIAS + (127 << 23));
    private static final float SMALLEST_NORMAL = Float.intBitsToFloat(REBIAS + (1 << 23));

    @Override
    public void product(
            MemorySegment tile, long codes, int from, int to, float[] d, float[] m, float[] x, int xAt, float[] out) {
        for (int lane = 0; lane < ROWS; lane += 2 * Lanes.COUNT) {
            product(tile, codes + 4L * lane, from, to, d, m, x, xAt - from, out, lane);
        }
    }

    private static void product(
            MemorySegment tile,
            long codes,
            int from,
            int to,
            float[] d,
            float[] m,
            float[] x,
            int xAt,
            float[] out,
            int lane) {
        FloatVector sum0 = FloatVector.fromArray(Lanes.FLOAT, out, lane);
        FloatVector sum1 = FloatVector.fromArray(Lanes.FLOAT, out, lane + Lanes.COUNT);
        int next = 4 * Lanes.COUNT;
        int g = from / Plane.GROUP % GROUPS;
        long block = codes + from / Plane.GROUP / GROUPS * BLOCK;
        int s = lane;
        for (int k = from; k < to; ) {
            FloatVector d0 = FloatVector.fromArray(Lanes.FLOAT, d, s);
            FloatVector d1 = FloatVector.fromArray(Lanes.FLOAT, d, s + Lanes.COUNT);
            FloatVector m0 = FloatVector.fromArray(Lanes.FLOAT, m, s);
            FloatVector m1 = FloatVector.fromArray(Lanes.FLOAT, m, s + Lanes.COUNT);
            for (int end = g + PER_SCALE; g < end; g++) {
                IntVector q0 = codes(tile, block, g);
                IntVector q1 = codes(tile, block + next, g);
                for (int j = 0; j < Plane.GROUP; j++) {
                    FloatVector xk = FloatVector.broadcast(Lanes.FLOAT, x[xAt + k + j]);
                    sum0 = value(q0, j).fma(d0, m0).fma(xk, sum0);
                    sum1 = value(q1, j).fma(d1, m1).fma(xk, sum1);
                }
                k += Plane.GROUP;
            }
            s += ROWS;
            if (g == GROUPS) {
                g = 0;
                block += BLOCK;
            }
        }
        sum0.intoArray(out, lane);
        sum1.intoArray(out, lane + Lanes.COUNT);
    }

    @Override
    public void unpack(
            MemorySegment tile, long codes, int from, int to, float[] d, float[] m, float[] panel, int panelAt) {
        for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
            unpack(tile, codes + 4L * lane, from, to, d, m, panel, panelAt, lane);
        }
    }

    private static void unpack(
            MemorySegment tile,
            long codes,
            int from,
            int to,
            float[] d,
            float[] m,
            float[] panel,
            int panelAt,
            int lane) {
        int g = from / Plane.GROUP % GROUPS;
        long block = codes + from / Plane.GROUP / GROUPS * BLOCK;
        int s = lane;
        int p = panelAt + lane;
        for (int k = from; k < to; ) {
            FloatVector dv = FloatVector.fromArray(Lanes.FLOAT, d, s);
            FloatVector mv = FloatVector.fromArray(Lanes.FLOAT, m, s);
            for (int end = g + PER_SCALE; g < end; g++) {
                IntVector q = codes(tile, block, g);
                for (int j = 0; j < Plane.GROUP; j++) {
                    value(q, j).fma(dv, mv).intoArray(panel, p);
                    p += ROWS;
                }
                k += Plane.GROUP;
            }
            s += ROWS;
            if (g == GROUPS) {
                g = 0;
                block += BLOCK;
            }
        }
    }

    /** The codes of group {@code g}, one a byte. */
    private static IntVector codes(MemorySegment tile, long block, int g) {
        int column = Plane.GROUP * g;
        int word = LOW_FIRST + (column / LOW_SPAN * LOW_RUN + column % LOW_RUN) * ROWS;
        IntVector low = IntVector.fromMemorySegment(Lanes.INT, tile, block + word, LE);
        if (LOW_BITS == 8) {
            return low;
        }
        low = low.lanewise(VectorOperators.LSHR, column % LOW_SPAN / LOW_RUN * LOW_BITS)
                .and(LOW_MASK);
        if (HIGH_BITS == 0) {
            return low;
        }
        int highWord = HIGH_FIRST + (column / HIGH_SPAN * HIGH_RUN + column % HIGH_RUN) * ROWS;
        IntVector high = IntVector.fromMemorySegment(Lanes.INT, tile, block + highWord, LE)
                .lanewise(
                        VectorOperators.LSHR,
                        HIGH_STEP == 1 ? column % HIGH_SPAN : column % HIGH_SPAN / HIGH_RUN * HIGH_BITS);
        if (HIGH_STEP == 1) {
            high = high.and(15).mul(0x00204081); // copies 7 bits apart bring bit j to byte j
        }
        return high.and(HIGH_MASK).lanewise(VectorOperators.LSHL, LOW_BITS).or(low);
    }

    /** What the code in byte {@code j} means. */
    private static FloatVector value(IntVector codes, int j) {
        if (SIGNED) {
            return floats(codes.lanewise(VectorOperators.LSHL, 24 - 8 * j).lanewise(VectorOperators.ASHR, 24));
        }
        IntVector code = codes.lanewise(VectorOperators.LSHR, 8 * j).and(0xFF);
        if (LEVELS) {
            return level(code).reinterpretAsFloats();
        }
        return MINIFLOATS ? minifloat(code) : floats(code);
    }

    private static FloatVector floats(IntVector numbers) {
        return (FloatVector) numbers.convert(VectorOperators.I2F, 0);
    }

    /** The bits of the level of every code. */
    private static IntVector level(IntVector code) {
        if (Lanes.COUNT == 16) {
            return code.selectFrom(table(0));
        }
        if (Lanes.COUNT == 8) {
            return code.selectFrom(table(0))
                    .blend(code.sub(8).and(7).selectFrom(table(8)), code.compare(VectorOperators.GT, 7));
        }
        IntVector within = code.and(3);
        return within.selectFrom(table(0))
                .blend(within.selectFrom(table(4)), code.compare(VectorOperators.GT, 3))
                .blend(within.selectFrom(table(8)), code.compare(VectorOperators.GT, 7))
                .blend(within.selectFrom(table(12)), code.compare(VectorOperators.GT, 11));
    }

    private static IntVector table(int from) {
        return FloatVector.fromArray(Lanes.FLOAT, TABLE, from).reinterpretAsInts();
    }

    /** Subnormals as in {@link HalfMatmul}, or as in {@link Halves}. */
    private static FloatVector minifloat(IntVector code) {
        IntVector magnitude = code.and(MAGNITUDE).lanewise(VectorOperators.LSHL, 23 - MANTISSA);
        IntVector sign =
                code.lanewise(VectorOperators.LSHL, 31 - EXPONENT - MANTISSA).and(0x80000000);
        if (Subnormals.QUICK) {
            return magnitude.or(sign).reinterpretAsFloats().mul(SCALE);
        }
        FloatVector value = magnitude.add(REBIAS).reinterpretAsFloats();
        IntVector subnormal = magnitude.sub(1 << 23).lanewise(VectorOperators.ASHR, 31);
        FloatVector excess =
                value.sub(SMALLEST_NORMAL).reinterpretAsInts().and(subnormal).reinterpretAsFloats();
        return value.add(excess).reinterpretAsInts().or(sign).reinterpretAsFloats();
    }
}
