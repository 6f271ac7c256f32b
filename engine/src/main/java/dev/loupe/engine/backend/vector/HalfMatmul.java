package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.Bf16;
import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * fp16 and bf16: a template, as {@link BlockLoops} is one. Tile: for every 2 columns {@code pair[32]}, a word each
 * (first column low, second high); fp16 as {@link NormalHalves}, unless it holds numbers too large for them.
 *
 * <p>Weights are decoded in registers on their way to the products, so that memory is read while they are computed.
 * Invariant: decoding is exact, subnormal numbers included.
 */
final class HalfMatmul implements TileKernel {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final Form FORM = Template.data(MethodHandles.lookup(), Form.class);
    private static final boolean BF16 = FORM.dtype() instanceof Bf16;
    private static final boolean WIDE = FORM.wide();
    private static final int INFINITE = BF16 ? 0x7F80 : 0x7C00;
    private static final int NEXT = 4 * Lanes.COUNT;
    private static final FewHalves FEW = FewHalves.used() && !WIDE ? new FewHalves(BF16) : null;

    /** Columns between two calls of {@link Prefetch}, with one token and with a group of few. */
    private static final int STEP = 16;

    private static final int FEW_STEP = 32;
    private static final long STEP_BYTES = STEP / 2 * WORDS;

    /** Columns whose words stay in the first-level cache while some groups of tokens read them. */
    private static final int CACHED_COLUMNS = 256;

    /**
     * What a class is made for.
     *
     * @param wide whether fp16 lies in the tile as it is, large numbers included, and products go by way of panels
     */
    record Form(DType dtype, boolean wide) {
        TileKernel kernel() {
            return Template.of("HalfMatmul", wide ? dtype.id() + "_wide" : dtype.id(), this, TileKernel.class);
        }
    }

    @Override
    public DType dtype() {
        return FORM.dtype();
    }

    @Override
    public long tileBytes(int columns) {
        return (columns + 1) / 2L * WORDS;
    }

    @Override
    public boolean holds(MemorySegment source, int rows, int columns) {
        boolean holds = true;
        if (!BF16 && !WIDE) {
            for (long at = 0; at < 2L * rows * columns; at += 2) {
                holds &= NormalHalves.holds(source.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
            }
        }
        return holds;
    }

    @Override
    public TileKernel wide() {
        return new Form(FORM.dtype(), true).kernel();
    }

    @Override
    public void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < columns; k++) {
                short value = source.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * ((long) r * columns + k));
                Words.check((value & INFINITE) != INFINITE);
                Words.setHalf(
                        tile,
                        offset + (long) (k / 2) * WORDS + 4L * r,
                        k % 2,
                        BF16 || WIDE ? value : NormalHalves.of(value));
            }
        }
    }

    @Override
    public void product(MemorySegment tile, long offset, int columns, float[] x, float[] out) {
        if (WIDE) {
            TileKernel.super.product(tile, offset, columns, x, out);
            return;
        }
        Arrays.fill(out, 0, ROWS, 0f);
        int step = Prefetch.used() ? STEP : columns;
        long at = offset;
        for (int from = 0; from < columns; from += step) {
            Prefetch.fetch(tile, at + Prefetch.DISTANCE, STEP_BYTES);
            int to = Math.min(columns, from + step);
            for (int lane = 0; lane < ROWS; lane += 2 * Lanes.COUNT) {
                product(tile, at + 4L * lane, from, to, x, out, lane);
            }
            at += STEP_BYTES;
        }
    }

    private static void product(MemorySegment tile, long offset, int from, int to, float[] x, float[] out, int lane) {
        FloatVector sum0 = FloatVector.fromArray(Lanes.FLOAT, out, lane);
        FloatVector sum1 = FloatVector.fromArray(Lanes.FLOAT, out, lane + Lanes.COUNT);
        long at = offset;
        int p = from;
        for (int k = from; k + 1 < to; k += 2) {
            IntVector w0 = words(tile, at);
            IntVector w1 = words(tile, at + NEXT);
            FloatVector xa = FloatVector.broadcast(Lanes.FLOAT, x[p]);
            FloatVector xb = FloatVector.broadcast(Lanes.FLOAT, x[p + 1]);
            sum0 = high(w0).fma(xb, low(w0).fma(xa, sum0));
            sum1 = high(w1).fma(xb, low(w1).fma(xa, sum1));
            at += WORDS;
            p += 2;
        }
        if ((to - from) % 2 == 1) {
            FloatVector xa = FloatVector.broadcast(Lanes.FLOAT, x[p]);
            sum0 = low(words(tile, at)).fma(xa, sum0);
            sum1 = low(words(tile, at + NEXT)).fma(xa, sum1);
        }
        sum0.intoArray(out, lane);
        sum1.intoArray(out, lane + Lanes.COUNT);
    }

    @Override
    public void fewTokens(MemorySegment tile, long offset, int columns, Floats packed, int groups, Floats out) {
        if (WIDE) {
            TileKernel.super.fewTokens(tile, offset, columns, packed, groups, out);
            return;
        }
        Arrays.fill(out.array(), 0, groups * Gemm.GROUP * ROWS, 0f);
        if (FEW == null) {
            byJava(tile, offset, columns, packed.array(), groups, out.array());
        } else {
            byMachineCode(tile, offset, columns, packed, groups, out);
        }
    }

    private static void byMachineCode(
            MemorySegment tile, long offset, int columns, Floats packed, int groups, Floats out) {
        int pairs = columns / 2 * 2;
        int step = groups > FewHalves.GROUPS ? CACHED_COLUMNS : Math.max(pairs, 1);
        for (int from = 0; from < pairs; from += step) {
            int to = Math.min(pairs, from + step);
            for (int g = 0; g < groups; g += FewHalves.GROUPS) {
                int count = Math.min(FewHalves.GROUPS, groups - g);
                FEW.add(tile, offset, columns, from, to, packed, g, count, out);
            }
        }
        for (int g = 0; pairs < columns && g < groups; g++) {
            int x = (g * columns + pairs) * Gemm.GROUP;
            int to = g * Gemm.GROUP * ROWS;
            for (int lane = 0; lane < ROWS; lane += 2 * Lanes.COUNT) {
                long at = offset + pairs / 2L * WORDS + 4L * lane;
                lastColumn(tile, at, packed.array(), x, out.array(), to + lane);
            }
        }
    }

    private static void byJava(MemorySegment tile, long offset, int columns, float[] packed, int groups, float[] out) {
        int step = Prefetch.used() && groups == 1 ? FEW_STEP : CACHED_COLUMNS;
        for (int from = 0; from < columns; from += step) {
            int to = Math.min(columns, from + step);
            Prefetch.fetch(tile, offset + from / 2L * WORDS + Prefetch.DISTANCE, step / 2L * WORDS);
            for (int g = 0; g < groups; g++) {
                int x = (g * columns + from) * Gemm.GROUP;
                for (int lane = 0; lane < ROWS; lane += 2 * Lanes.COUNT) {
                    long at = offset + from / 2L * WORDS + 4L * lane;
                    fourTokens(tile, at, to - from, packed, x, out, g * Gemm.GROUP * ROWS + lane);
                }
            }
        }
    }

    private static void fourTokens(MemorySegment tile, long offset, int columns, float[] x, int xAt, float[] c, int o) {
        FloatVector a0 = FloatVector.fromArray(Lanes.FLOAT, c, o);
        FloatVector b0 = FloatVector.fromArray(Lanes.FLOAT, c, o + Lanes.COUNT);
        FloatVector a1 = FloatVector.fromArray(Lanes.FLOAT, c, o + ROWS);
        FloatVector b1 = FloatVector.fromArray(Lanes.FLOAT, c, o + ROWS + Lanes.COUNT);
        FloatVector a2 = FloatVector.fromArray(Lanes.FLOAT, c, o + 2 * ROWS);
        FloatVector b2 = FloatVector.fromArray(Lanes.FLOAT, c, o + 2 * ROWS + Lanes.COUNT);
        FloatVector a3 = FloatVector.fromArray(Lanes.FLOAT, c, o + 3 * ROWS);
        FloatVector b3 = FloatVector.fromArray(Lanes.FLOAT, c, o + 3 * ROWS + Lanes.COUNT);
        long at = offset;
        int p = xAt;
        for (int k = 0; k + 1 < columns; k += 2) {
            IntVector w0 = words(tile, at);
            IntVector w1 = words(tile, at + NEXT);
            FloatVector v0 = low(w0);
            FloatVector v1 = low(w1);
            FloatVector t = FloatVector.broadcast(Lanes.FLOAT, x[p]);
            a0 = v0.fma(t, a0);
            b0 = v1.fma(t, b0);
            t = FloatVector.broadcast(Lanes.FLOAT, x[p + 1]);
            a1 = v0.fma(t, a1);
            b1 = v1.fma(t, b1);
            t = FloatVector.broadcast(Lanes.FLOAT, x[p + 2]);
            a2 = v0.fma(t, a2);
            b2 = v1.fma(t, b2);
            t = FloatVector.broadcast(Lanes.FLOAT, x[p + 3]);
            a3 = v0.fma(t, a3);
            b3 = v1.fma(t, b3);
            v0 = high(w0);
            v1 = high(w1);
            t = FloatVector.broadcast(Lanes.FLOAT, x[p + 4]);
            a0 = v0.fma(t, a0);
            b0 = v1.fma(t, b0);
            t = FloatVector.broadcast(Lanes.FLOAT, x[p + 5]);
            a1 = v0.fma(t, a1);
            b1 = v1.fma(t, b1);
            t = FloatVector.broadcast(Lanes.FLOAT, x[p + 6]);
            a2 = v0.fma(t, a2);
            b2 = v1.fma(t, b2);
            t = FloatVector.broadcast(Lanes.FLOAT, x[p + 7]);
            a3 = v0.fma(t, a3);
            b3 = v1.fma(t, b3);
            at += WORDS;
            p += 2 * Gemm.GROUP;
        }
        a0.intoArray(c, o);
        b0.intoArray(c, o + Lanes.COUNT);
        a1.intoArray(c, o + ROWS);
        b1.intoArray(c, o + ROWS + Lanes.COUNT);
        a2.intoArray(c, o + 2 * ROWS);
        b2.intoArray(c, o + 2 * ROWS + Lanes.COUNT);
        a3.intoArray(c, o + 3 * ROWS);
        b3.intoArray(c, o + 3 * ROWS + Lanes.COUNT);
        if (columns % 2 == 1) {
            lastColumn(tile, at, x, p, c, o);
        }
    }

    private static void lastColumn(MemorySegment tile, long offset, float[] x, int xAt, float[] c, int o) {
        for (int t = 0; t < Gemm.GROUP; t++) {
            FloatVector xk = FloatVector.broadcast(Lanes.FLOAT, x[xAt + t]);
            for (int i = 0; i < 2; i++) {
                int at = o + t * ROWS + i * Lanes.COUNT;
                low(words(tile, offset + i * NEXT))
                        .fma(xk, FloatVector.fromArray(Lanes.FLOAT, c, at))
                        .intoArray(c, at);
            }
        }
    }

    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, float[] panel) {
        for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
            long at = offset + 4L * lane + from / 2L * WORDS;
            int panelAt = lane;
            for (int k = from; k < to; k += 2) {
                IntVector words = words(tile, at);
                low(words).intoArray(panel, panelAt);
                if (k + 1 < to) {
                    high(words).intoArray(panel, panelAt + ROWS);
                }
                at += WORDS;
                panelAt += 2 * ROWS;
            }
        }
    }

    @Override
    public void row(MemorySegment tile, long offset, int columns, int row, float[] out) {
        long at = offset + 4L * row;
        for (int k = 0; k < columns; k += 2) {
            int word = tile.get(ValueLayout.JAVA_INT_UNALIGNED, at);
            out[k] = value((short) word);
            if (k + 1 < columns) {
                out[k + 1] = value((short) (word >>> 16));
            }
            at += WORDS;
        }
    }

    private static float value(short half) {
        if (BF16) {
            return Float.intBitsToFloat(half << 16);
        }
        return WIDE ? Float.float16ToFloat(half) : NormalHalves.toFloat(half);
    }

    private static IntVector words(MemorySegment tile, long at) {
        return IntVector.fromMemorySegment(Lanes.INT, tile, at, LE);
    }

    private static FloatVector low(IntVector words) {
        IntVector high = words.lanewise(VectorOperators.LSHL, 16);
        if (BF16) {
            return high.reinterpretAsFloats();
        }
        return WIDE ? Halves.toFloat(high) : NormalHalves.toFloat(high);
    }

    private static FloatVector high(IntVector words) {
        if (BF16) {
            return words.and(0xFFFF0000).reinterpretAsFloats();
        }
        return WIDE ? Halves.toFloat(words.and(0xFFFF0000)) : NormalHalves.toFloat(words);
    }
}
