package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Activations in signed bytes with a scale for {@value #BLOCK} of them, as llama.cpp takes them for products with
 * quantised weights: x = scale * q.
 *
 * <p>Invariant: a token's numbers depend on the token alone.
 */
final class QuantizedTokens {
    /** Columns that share a scale. */
    static final int BLOCK = 32;

    /** The largest magnitude of q. */
    static final int LARGEST = 127;

    /** The smallest scale; a block below it is taken as 0. */
    static final float SMALLEST = 1e-30f;

    /** A sum with it is rounded to an integer, ties to even. */
    static final float ROUND = 0x1.8p23f;

    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final int FEWEST_SIDE_BY_SIDE = 3; // two are quicker one after the other

    private int columns;
    private int width;
    private int[] pairs = {};
    private int[] starts = {};
    private float[] scales = {};
    private float[] sums = {};

    /**
     * (tokens / width, columns / 2, width): for every 4 columns the q of the first and third, then of the second and
     * fourth, a half each.
     */
    int[] pairs() {
        return pairs;
    }

    /** Where those of a token begin. */
    int pairsAt(int token) {
        return token / width * width * (columns / 2) + token % width;
    }

    /** (tokens / width, columns / {@value #BLOCK}, width): the scales. */
    float[] scales() {
        return scales;
    }

    /** As {@link #scales()}: the sums of the x that share a scale. */
    float[] sums() {
        return sums;
    }

    /** As {@link #scales()}: -8 times the sums of the low halves of the pairs that share a scale, and of the high. */
    int[] starts() {
        return starts;
    }

    /** Where the scales, sums and starts of a token begin. */
    int scalesAt(int token) {
        return token / width * width * (columns / BLOCK) + token % width;
    }

    /** Tokens that lie side by side: 1 or {@value CodePanel#TOKENS}. */
    int width() {
        return width;
    }

    /**
     * Makes room for (tokens, columns); columns are a multiple of {@value #BLOCK}.
     *
     * @return the bytes that it has more now
     */
    long reserve(int tokens, int columns) {
        this.columns = columns;
        width = tokens < FEWEST_SIDE_BY_SIDE ? 1 : CodePanel.TOKENS;
        int size = (tokens + width - 1) / width * width * columns;
        if (pairs.length >= size / 2) {
            return 0;
        }
        long had = bytes();
        room(size);
        return bytes() - had;
    }

    /** Gives the room back; returns its bytes. */
    long free() {
        long had = bytes();
        room(0);
        return had;
    }

    private void room(int values) {
        pairs = new int[values / 2];
        starts = new int[values / BLOCK];
        scales = new float[values / BLOCK];
        sums = new float[values / BLOCK];
    }

    private long bytes() {
        return 4L * pairs.length + 12L * starts.length;
    }

    /** Takes x (columns) from {@code offset} as {@code token}. */
    void set(int token, MemorySegment x, long offset, int[] codes) {
        int p = pairsAt(token);
        int at = scalesAt(token);
        for (int b = 0; b < columns / BLOCK; b++) {
            block(at, p, x, offset + 4L * BLOCK * b, codes);
            at += width;
            p += BLOCK / 2 * width;
        }
    }

    private void block(int at, int pairsAt, MemorySegment x, long offset, int[] codes) {
        FloatVector largest = FloatVector.zero(Lanes.FLOAT);
        for (int i = 0; i < BLOCK; i += Lanes.COUNT) {
            largest = largest.max(FloatVector.fromMemorySegment(Lanes.FLOAT, x, offset + 4L * i, LE)
                    .abs());
        }
        float scale = largest.reduceLanes(VectorOperators.MAX) / LARGEST;
        float inverse = scale < SMALLEST ? 0 : 1 / scale;
        for (int i = 0; i < BLOCK; i += Lanes.COUNT) {
            FloatVector rounded = FloatVector.fromMemorySegment(Lanes.FLOAT, x, offset + 4L * i, LE)
                    .mul(inverse)
                    .add(ROUND);
            rounded.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUND)).intoArray(codes, i);
        }
        int p = pairsAt;
        int low = 0;
        int high = 0;
        for (int i = 0; i < BLOCK; i += 4) {
            low += codes[i] + codes[i + 1];
            high += codes[i + 2] + codes[i + 3];
            pairs[p] = pair(codes[i], codes[i + 2]);
            pairs[p + width] = pair(codes[i + 1], codes[i + 3]);
            p += 2 * width;
        }
        scales[at] = scale;
        sums[at] = scale * (low + high);
        starts[at] = pair(-8 * low, -8 * high);
    }

    private static int pair(int low, int high) {
        return low & 0xFFFF | high << 16;
    }
}
