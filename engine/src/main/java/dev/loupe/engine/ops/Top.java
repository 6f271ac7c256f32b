package dev.loupe.engine.ops;

import java.util.Arrays;

/**
 * The highest values of a row and where they are, and the mass of the whole row: what a law of few tokens is made from.
 *
 * <p>Invariant: they fall, and equals come in the order of their places; a NaN counts as negative infinity, -0 as 0.
 *
 * @param ids places, (count)
 * @param values at these, (count)
 * @param mass sum over the row of exp((value - highest) / temperature); 0 where the temperature is 0
 */
public record Top(int[] ids, float[] values, double mass) {
    /** Of a row in the host's memory. */
    public static Top of(float[] row, TopSpec spec) {
        Top top = at(highest(row, spec.count()), row);
        double mass = 0;
        if (spec.temperature() > 0) {
            for (float value : row) {
                mass += weight(number(value), top.values[0], spec.temperature());
            }
        }
        return new Top(top.ids, top.values, mass);
    }

    /** What a row has at some places; without a mass. */
    public static Top at(int[] ids, float[] row) {
        var values = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            values[i] = number(row[ids[i]]);
        }
        return new Top(ids, values, 0);
    }

    /** exp((value - highest) / temperature); 1 for the highest, were it infinite. */
    public static double weight(float value, float highest, double temperature) {
        return value == highest ? 1 : Math.exp((value - highest) / temperature);
    }

    private static float number(float value) {
        return value == value ? value + 0f : Float.NEGATIVE_INFINITY; // -0 is 0
    }

    /** Places of the {@code count} highest values; a value's order and its place in one long are sorted. */
    public static int[] highest(float[] row, int count) {
        var keys = new long[Math.min(2 * count, row.length)];
        int held = 0;
        float least = Float.NEGATIVE_INFINITY; // of the first count so far
        for (int i = 0; i < row.length; i++) {
            if (row[i] > least || i < count) {
                keys[held++] = key(row[i], i);
                if (held == keys.length && held > count) {
                    Arrays.sort(keys);
                    held = count;
                    least = number(row[(int) keys[count - 1]]);
                }
            }
        }
        Arrays.sort(keys, 0, held);
        var ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = (int) keys[i];
        }
        return ids;
    }

    /** Less for what comes first. */
    private static long key(float value, int place) {
        int bits = Float.floatToRawIntBits(number(value));
        int rising = bits ^ bits >> 31 & Integer.MAX_VALUE;
        return (long) ~rising << 32 | place;
    }

    private static Top read(float[] written, int row, TopSpec spec) {
        int count = spec.count();
        int from = row * spec.columns();
        var ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = (int) written[from + count + i];
        }
        return new Top(ids, Arrays.copyOfRange(written, from, from + count), written[from + 2 * count]);
    }

    /** Of every row, as {@link Ops#top} wrote them. */
    public static Top[] read(float[] written, TopSpec spec) {
        var tops = new Top[written.length / spec.columns()];
        for (int row = 0; row < tops.length; row++) {
            tops[row] = read(written, row, spec);
        }
        return tops;
    }

    /** As {@link Ops#top} writes it. */
    public float[] written() {
        var written = new float[2 * ids.length + 1];
        for (int i = 0; i < ids.length; i++) {
            written[i] = values[i];
            written[ids.length + i] = ids[i];
        }
        written[2 * ids.length] = (float) mass;
        return written;
    }
}
