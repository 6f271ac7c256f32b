package dev.loupe.viz;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * What dtypes make of a row of weights: each value as it was and as it is read back, or how often which error occurs.
 *
 * <p>Invariant: what is drawn went through the dtype's own encode and decode.
 */
public final class RowPlot {
    private static final int BINS = 41;
    private static final double ASIDE = 0.25;

    private RowPlot() {}

    /**
     * Weights and what each dtype reads back, over their index; the spots of one weight side by side.
     *
     * @param weights a multiple of each dtype's block
     */
    public static Figure values(float[] weights, String... dtypes) {
        var series = new ArrayList<Panel.Scatter.Series>();
        series.add(series("as it is", weights, 0));
        var table = Table.create(
                "weights",
                IntColumn.create("index", IntStream.range(0, weights.length)),
                DoubleColumn.create("as it is", doubles(weights)));
        for (String name : dtypes) {
            float[] again = again(weights, DTypes.parse(name));
            series.add(series(name, again, series.size()));
            table.addColumns(DoubleColumn.create(name, doubles(again)));
        }
        return new Figure(
                "%d weights, and what is read back".formatted(weights.length),
                String.join(", ", dtypes),
                series.stream().map(Panel.Scatter.Series::key).toList(),
                List.of(new Panel.Scatter("value", "index in the row", series)),
                table);
    }

    private static Panel.Scatter.Series series(String name, float[] values, int number) {
        var spots = IntStream.range(0, values.length)
                .mapToObj(i -> new Panel.Scatter.Spot(i + number * ASIDE, values[i], Double.NaN, ""))
                .toList();
        return new Panel.Scatter.Series(Key.series(number, name), spots);
    }

    /**
     * How often which error occurs, a panel a dtype, all with the same bins; errors in units of the weights' root mean
     * square.
     *
     * @param weights a multiple of each dtype's block
     */
    public static Figure errors(float[] weights, String... dtypes) {
        double unit = Math.sqrt(IntStream.range(0, weights.length)
                .mapToDouble(i -> (double) weights[i] * weights[i])
                .average()
                .orElse(0));
        if (unit == 0 || dtypes.length == 0) {
            throw new LoupeException(
                    "Errors need weights that are not all zero, and a dtype; name one, as in sym_int4.");
        }
        var errors = new double[dtypes.length][];
        double most = 0;
        for (int d = 0; d < dtypes.length; d++) {
            float[] again = again(weights, DTypes.parse(dtypes[d]));
            errors[d] = IntStream.range(0, weights.length)
                    .mapToDouble(i -> (again[i] - weights[i]) / unit)
                    .toArray();
            most = Math.max(most, Arrays.stream(errors[d]).map(Math::abs).max().orElse(0));
        }
        double[] bins = bins(most);
        var lines = new ArrayList<Panel.Lines.Line>();
        var table = Table.create("errors", DoubleColumn.create("error (%)", bins));
        for (int d = 0; d < dtypes.length; d++) {
            double[] shares = shares(errors[d], most);
            table.addColumns(DoubleColumn.create(dtypes[d] + " (%)", shares));
            String label = "%s, rms error %s %%".formatted(dtypes[d], Scale.format(100 * rms(errors[d]), 2));
            lines.add(new Panel.Lines.Line(Key.series(d, label), bins, shares));
        }
        return new Figure(
                "How often which error occurs, by dtype",
                "%,d weights, errors in per cent of their root mean square".formatted(weights.length),
                lines.stream().map(Panel.Lines.Line::key).toList(),
                List.of(new Panel.Lines("share of the weights (%)", "error (% of the rms weight)", lines)),
                table);
    }

    /** Middles of the bins, in per cent. */
    private static double[] bins(double most) {
        return IntStream.range(0, BINS)
                .mapToDouble(i -> 100 * most * (2 * i + 1 - BINS) / BINS)
                .toArray();
    }

    /** Per cent of the errors in each of {@link #BINS} bins from -most to most. */
    private static double[] shares(double[] errors, double most) {
        var shares = new double[BINS];
        for (double error : errors) {
            int bin = most == 0 ? BINS / 2 : (int) ((error / most + 1) / 2 * BINS);
            shares[Math.clamp(bin, 0, BINS - 1)] += 100.0 / errors.length;
        }
        return shares;
    }

    private static double rms(double[] errors) {
        return Math.sqrt(Arrays.stream(errors).map(e -> e * e).average().orElse(0));
    }

    private static float[] again(float[] weights, DType dtype) {
        if (weights.length % dtype.blockElements() != 0) {
            throw new LoupeException("%d weights are no multiple of %s's block of %d; give another number of them."
                    .formatted(weights.length, dtype.id(), dtype.blockElements()));
        }
        MemorySegment bytes = MemorySegment.ofArray(new byte[(int) dtype.bytes(weights.length)]);
        dtype.encode(weights, 0, bytes, 0, weights.length);
        var again = new float[weights.length];
        dtype.decode(bytes, 0, again, 0, again.length);
        return again;
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }
}
