package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;

/**
 * Activations in signed bytes for {@link IntegerKernel}, pairs of them in words of two halves.
 *
 * <p>Invariant: a token's numbers depend on the token alone.
 */
final class TokenPairs implements IntegerTokens {
    private static final int BLOCK = ByteBlock.BLOCK;
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

    /** (tokens / width, columns / {@value ByteBlock#BLOCK}, width): the scales. */
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

    @Override
    public int sideBySide() {
        return width;
    }

    @Override
    public long reserve(int tokens, int columns) {
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

    @Override
    public long free() {
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

    @Override
    public void set(int token, MemorySegment x, long offset, int[] codes) {
        int p = pairsAt(token);
        int at = scalesAt(token);
        for (int b = 0; b < columns / BLOCK; b++) {
            block(at, p, x, offset + 4L * BLOCK * b, codes);
            at += width;
            p += BLOCK / 2 * width;
        }
    }

    private void block(int at, int pairsAt, MemorySegment x, long offset, int[] codes) {
        float scale = ByteBlock.round(x, offset, codes);
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
