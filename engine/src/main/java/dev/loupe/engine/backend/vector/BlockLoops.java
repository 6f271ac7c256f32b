package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import java.util.OptionalInt;
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
    private static final int LOW_RUN_LOG = Integer.numberOfTrailingZeros(LOW_RUN);
    private static final int LOW_SPAN_LOG = Integer.numberOfTrailingZeros(LOW_SPAN);
    private static final int HIGH_RUN_LOG = Integer.numberOfTrailingZeros(HIGH_RUN);
    private static final int HIGH_SPAN_LOG = Integer.numberOfTrailingZeros(HIGH_SPAN);
    private static final int HIGH_FIRST = LAYOUT.high().first() * TileKernel.WORDS;

    private static final OptionalInt ZERO = LAYOUT.scales().zero();
    private static final boolean CENTRED = ZERO.isPresent() && ZERO.getAsInt() == 0;
    private static final int[] SPREAD = LAYOUT.spread();
    private static final boolean LEVELS = LAYOUT.values() instanceof CodeValues.Levels;
    private static final boolean MINIFLOATS = LAYOUT.values() instanceof CodeValues.Minifloats;
    private static final float[] TABLE = LAYOUT.values() instanceof CodeValues.Levels(float[] levels) ? levels : null;
    private static final int MANTISSA =
            LAYOUT.values() instanceof CodeValues.Minifloats(int e, int mantissaBits, int n) ? mantissaBits : 0;
    private static final int EXPONENT =
            LAYOUT.values() instanceof CodeValues.Minifloats(int exponentBits, int mb, int n) ? exponentBits : 0;
    private static final int BITS = LOW_BITS + HIGH_BITS;
    private static final int MASK = (1 << BITS) - 1;
    private static final int MAGNITUDE = (1 << EXPONENT + MANTISSA) - 1 << 23 - MANTISSA;
    private static final int REBIAS = 128 - (1 << Math.max(0, EXPONENT - 1)) << 23;
    private static final float SCALE = Float.intBitsToFloat(REBIAS + (127 << 23));
    private static final float SMALLEST_NORMAL = Float.intBitsToFloat(REBIAS + (1 << 23));

    @Override
    public void product(
            MemorySegment tile,
            long codes,
            int from,
            int to,
            float[] d,
            float[] m,
            int s,
            float[] x,
            int xAt,
            float[] out) {
        for (int lane = 0; lane < ROWS; lane += 2 * Lanes.COUNT) {
            pair(tile, codes + 4L * lane, from, to, d, m, s + lane, x, xAt - from, out, lane);
        }
    }

    private static void pair(
            MemorySegment tile,
            long codes,
            int from,
            int to,
            float[] d,
            float[] m,
            int factor,
            float[] x,
            int xAt,
            float[] out,
            int lane) {
        FloatVector sum0 = FloatVector.fromArray(Lanes.FLOAT, out, lane);
        FloatVector sum1 = FloatVector.fromArray(Lanes.FLOAT, out, lane + Lanes.COUNT);
        int next = 4 * Lanes.COUNT;
        int g = from / Plane.GROUP % GROUPS;
        long block = codes + from / Plane.GROUP / GROUPS * BLOCK;
        int s = factor;
        for (int k = from; k < to; ) {
            FloatVector d0 = FloatVector.fromArray(Lanes.FLOAT, d, s);
            FloatVector d1 = FloatVector.fromArray(Lanes.FLOAT, d, s + Lanes.COUNT);
            FloatVector m0 = least(d0, m, s);
            FloatVector m1 = least(d1, m, s + Lanes.COUNT);
            for (int end = g + PER_SCALE; g < end; g++) {
                IntVector q0 = codes(tile, block, g);
                IntVector q1 = codes(tile, block + next, g);
                for (int j = 0; j < Plane.GROUP; j++) {
                    FloatVector xk = FloatVector.broadcast(Lanes.FLOAT, x[xAt + k + j]);
                    sum0 = value(q0, j).fma(factor(d0, j), m0).fma(xk, sum0);
                    sum1 = value(q1, j).fma(factor(d1, j), m1).fma(xk, sum1);
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
            FloatVector mv = least(dv, m, s);
            for (int end = g + PER_SCALE; g < end; g++) {
                IntVector q = codes(tile, block, g);
                for (int j = 0; j < Plane.GROUP; j++) {
                    value(q, j).fma(factor(dv, j), mv).intoArray(panel, p);
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

    /** The codes of group {@code g}, each in the lowest bits of a byte; above it may be those of another group. */
    private static IntVector codes(MemorySegment tile, long block, int g) {
        int column = Plane.GROUP * g;
        int word = LOW_FIRST + (column >>> LOW_SPAN_LOG) * (LOW_RUN * ROWS) + (column & LOW_RUN - 1) * ROWS;
        IntVector low = IntVector.fromMemorySegment(Lanes.INT, tile, block + word, LE);
        if (LOW_BITS == 8) {
            return low;
        }
        low = low.lanewise(VectorOperators.LSHR, ((column & LOW_SPAN - 1) >>> LOW_RUN_LOG) * LOW_BITS);
        if (HIGH_BITS == 0) {
            return low;
        }
        int highWord = HIGH_FIRST + (column >>> HIGH_SPAN_LOG) * (HIGH_RUN * ROWS) + (column & HIGH_RUN - 1) * ROWS;
        IntVector high = IntVector.fromMemorySegment(Lanes.INT, tile, block + highWord, LE);
        if (HIGH_STEP == 1 && Lanes.COUNT == 16) {
            return high.lanewise(VectorOperators.LSHR, column & HIGH_SPAN - 1)
                    .selectFrom(IntVector.fromArray(Lanes.INT, SPREAD, 0))
                    .or(low.and(LOW_MASK));
        }
        if (HIGH_STEP == 1) {
            // copies 7 bits apart bring bit j to byte j
            high = high.lanewise(VectorOperators.LSHR, column & HIGH_SPAN - 1)
                    .and(15)
                    .mul(0x00204081 << LOW_BITS);
        } else {
            high = high.lanewise(
                    VectorOperators.ROR, ((column & HIGH_SPAN - 1) >>> HIGH_RUN_LOG) * HIGH_BITS - LOW_BITS);
        }
        return high.and(HIGH_MASK << LOW_BITS).or(low.and(LOW_MASK));
    }

    /** What code 0 stands for. */
    private static FloatVector least(FloatVector d, float[] m, int at) {
        if (CENTRED) {
            return FloatVector.zero(Lanes.FLOAT);
        }
        if (ZERO.isPresent()) {
            return d.mul(-ZERO.getAsInt());
        }
        return FloatVector.fromArray(Lanes.FLOAT, m, at);
    }

    /** What the code in byte {@code j} means, times the power of two that {@link #factor} divides by. */
    private static FloatVector value(IntVector codes, int j) {
        if (MINIFLOATS) {
            return minifloat(codes.lanewise(VectorOperators.LSHL, 32 - BITS - 8 * j));
        }
        if (LEVELS) {
            return level(codes.lanewise(VectorOperators.LSHR, 8 * j)).reinterpretAsFloats();
        }
        IntVector inPlace = shifted(j) ? codes.lanewise(VectorOperators.LSHR, 24) : codes.and(MASK << 8 * j);
        return (FloatVector) inPlace.convert(VectorOperators.I2F, 0);
    }

    /** Whether byte {@code j} would be negative at its place. */
    private static boolean shifted(int j) {
        return 8 * j + BITS == 32;
    }

    /** The scale for values of byte {@code j}: integers are not shifted to their place, which costs more. */
    private static FloatVector factor(FloatVector d, int j) {
        int power = LEVELS || MINIFLOATS || shifted(j) ? 0 : 8 * j;
        return power == 0 ? d : d.mul(1f / (1 << power));
    }

    /** The bits of the level of every code, in the lowest four bits. */
    private static IntVector level(IntVector code) {
        if (Lanes.COUNT == 16) {
            return code.selectFrom(table(0));
        }
        if (Lanes.COUNT == 8) {
            return code.selectFrom(table(0))
                    .blend(code.selectFrom(table(8)), code.and(8).compare(VectorOperators.NE, 0));
        }
        IntVector quarter = code.and(12);
        return code.selectFrom(table(0))
                .blend(code.selectFrom(table(4)), quarter.compare(VectorOperators.EQ, 4))
                .blend(code.selectFrom(table(8)), quarter.compare(VectorOperators.EQ, 8))
                .blend(code.selectFrom(table(12)), quarter.compare(VectorOperators.EQ, 12));
    }

    private static IntVector table(int from) {
        return FloatVector.fromArray(Lanes.FLOAT, TABLE, from).reinterpretAsInts();
    }

    /** The number whose bits are the highest; subnormal ones by a product or as in {@link Halves}. */
    private static FloatVector minifloat(IntVector code) {
        IntVector bits = code.lanewise(VectorOperators.ASHR, 8 - EXPONENT).and(0x80000000 | MAGNITUDE);
        if (Subnormals.QUICK) {
            return bits.reinterpretAsFloats().mul(SCALE);
        }
        return Halves.whole(bits.and(MAGNITUDE), REBIAS, SMALLEST_NORMAL, bits);
    }
}
