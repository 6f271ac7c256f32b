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

    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final float SMALLEST = 1e-30f; // of a scale; a vector below it is taken as 0
    private static final float ROUND = 0x1.8p23f; // a sum with it is rounded to an integer, ties to even

    private int columns;
    private int[] pairs = {};
    private float[] scales16 = {};
    private float[] scales32 = {};
    private float[] sums16 = {};
    private float[] sums32 = {};

    /**
     * (tokens, columns / 2): for every 4 columns the q of the first and third, then of the second and fourth, a half
     * each.
     */
    int[] pairs() {
        return pairs;
    }

    int pairsAt(int token) {
        return token * (columns / 2);
    }

    /** (tokens, columns / share): the scale of every 16 or 32 columns. */
    float[] scales(int share) {
        return share == 16 ? scales16 : scales32;
    }

    /** (tokens, columns / share): the sum of the x of every 16 or 32 columns. */
    float[] sums(int share) {
        return share == 16 ? sums16 : sums32;
    }

    /** Where a token's scales and sums begin. */
    int at(int token, int share) {
        return token * (columns / share);
    }

    /** Makes room for (tokens, columns); columns are a multiple of {@value #BLOCK}. */
    void reserve(int tokens, int columns) {
        this.columns = columns;
        int size = tokens * columns;
        if (pairs.length < size / 2) {
            pairs = new int[size / 2];
            scales16 = new float[size / 16];
            scales32 = new float[size / 32];
            sums16 = new float[size / 16];
            sums32 = new float[size / 32];
        }
    }

    int columns() {
        return columns;
    }

    /** Writes the values that a token's bytes stand for (columns), {@code step} apart, from {@code at}. */
    void values(int token, float[] out, int at, int step) {
        int p = pairsAt(token);
        for (int k = 0; k < columns; k += 4) {
            float scale = scales32[at(token, BLOCK) + k / BLOCK];
            out[at] = (short) pairs[p] * scale;
            out[at + step] = (short) pairs[p + 1] * scale;
            out[at + 2 * step] = (pairs[p] >> 16) * scale;
            out[at + 3 * step] = (pairs[p + 1] >> 16) * scale;
            at += 4 * step;
            p += 2;
        }
    }

    /** Takes x (columns) from {@code offset} as {@code token}. */
    void set(int token, MemorySegment x, long offset, int[] codes) {
        for (int b = 0; b < columns / BLOCK; b++) {
            block(token * (columns / BLOCK) + b, x, offset + 4L * BLOCK * b, codes);
        }
    }

    private void block(int b, MemorySegment x, long offset, int[] codes) {
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
        int low = 0;
        int high = 0;
        for (int i = 0; i < 16; i++) {
            low += codes[i];
            high += codes[16 + i];
        }
        int p = b * (BLOCK / 2);
        for (int i = 0; i < BLOCK; i += 4) {
            pairs[p] = codes[i] & 0xFFFF | codes[i + 2] << 16;
            pairs[p + 1] = codes[i + 1] & 0xFFFF | codes[i + 3] << 16;
            p += 2;
        }
        scales32[b] = scale;
        scales16[2 * b] = scale;
        scales16[2 * b + 1] = scale;
        sums16[2 * b] = scale * low;
        sums16[2 * b + 1] = scale * high;
        sums32[b] = scale * (low + high);
    }
}
