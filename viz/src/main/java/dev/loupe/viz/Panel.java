package dev.loupe.viz;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One coordinate system of a figure: what it shows, apart from whether pixels or characters draw it.
 *
 * <p>Invariant: values that are not finite are left out of the scale, never silently out of the labels.
 */
sealed interface Panel {
    /** What the vertical axis measures, with its unit. */
    String label();

    /** The vertical scale, wide enough for every finite value with its error. */
    Scale scale();

    /** Lines over a number (a token's index). */
    record Lines(String label, String xLabel, List<Line> lines) implements Panel {
        /** @param errors half lengths of the error bars, one a point; none where unknown */
        record Line(Key key, double[] x, double[] y, double[] errors) {
            Line(Key key, double[] x, double[] y) {
                this(key, x, y, new double[0]);
            }

            /** Whether the points themselves are seen: few ones, or such with errors. */
            boolean marked() {
                return x.length == 1 || errors.length > 0;
            }
        }

        @Override
        public Scale scale() {
            return Scale.fromZero(lines.stream()
                    .flatMapToDouble(line -> IntStream.range(0, line.y().length)
                            .mapToDouble(i -> line.y()[i] + (line.errors().length > 0 ? line.errors()[i] : 0))));
        }

        /** Smallest and largest x with a little room. */
        Scale xScale() {
            double[] x = lines.stream()
                    .flatMapToDouble(line -> DoubleStream.of(line.x()))
                    .sorted()
                    .toArray();
            if (isEmpty()) {
                return new Scale(0, 1, false);
            }
            double room = Math.max(0.4, (x[x.length - 1] - x[0]) * 0.01);
            return new Scale(x[0] - room, x[x.length - 1] + room, false);
        }

        boolean isEmpty() {
            return lines.stream().allMatch(line -> line.x().length == 0);
        }
    }

    /** One bar a category, its parts stacked. */
    record Bars(String label, String xLabel, List<String> categories, List<Part> parts) implements Panel {
        /**
         * @param values one a category, not negative; NaN where there is none
         * @param errors half lengths of the error bars, one a category; NaN where unknown
         */
        record Part(Key key, double[] values, double[] errors) {
            Part(Key key, double[] values) {
                this(
                        key,
                        values,
                        IntStream.range(0, values.length)
                                .mapToDouble(i -> Double.NaN)
                                .toArray());
            }
        }

        public Bars {
            categories = categories.stream().map(Words::clean).toList();
        }

        @Override
        public Scale scale() {
            return Scale.linearFromZero(IntStream.range(0, categories.size()).mapToDouble(this::top));
        }

        /** Whether any bar has more than one part to see. */
        boolean stacked() {
            return IntStream.range(0, categories.size())
                    .anyMatch(i ->
                            parts.stream().filter(part -> part.values()[i] > 0).count() > 1);
        }

        /** Upper end of a bar with its error. */
        double top(int category) {
            return total(category) + error(category);
        }

        /** Half length of a bar's error bar, 0 where unknown. */
        double error(int category) {
            return parts.stream()
                    .mapToDouble(part -> part.errors()[category])
                    .filter(Scale::shows)
                    .sum();
        }

        /** Height of a bar; NaN if none of its parts is known. */
        double total(int category) {
            double[] known = parts.stream()
                    .mapToDouble(part -> part.values()[category])
                    .filter(Scale::shows)
                    .toArray();
            return known.length == 0 ? Double.NaN : DoubleStream.of(known).sum();
        }
    }

    /** Points with their standard errors over categories. */
    record Points(String label, List<String> categories, List<Series> series) implements Panel {
        record Series(Key key, List<Dot> dots) {}

        /**
         * @param category index of the category
         * @param value NaN or infinite if that was measured
         * @param error half length of the error bar; NaN where unknown
         * @param note said below the category (in a terminal after the value); may be empty
         */
        record Dot(int category, double value, double error, String note) {
            /**
             * Lower and upper end of the error bar; an unknown error has no length, and the lower end stays positive.
             */
            double[] range() {
                double known = Scale.shows(error) ? error : 0;
                return new double[] {Math.max(value - known, value / 10), value + known};
            }
        }

        /** Share of a category's width that its points take. */
        private static final double SPREAD = 0.6;

        public Points {
            categories = categories.stream().map(Words::clean).toList();
        }

        @Override
        public Scale scale() {
            return Scale.around(series.stream()
                    .flatMap(s -> s.dots().stream())
                    .flatMapToDouble(dot -> DoubleStream.of(dot.range())));
        }

        /** Room of a point to its right, as a share of a category's width. */
        double room() {
            return series.size() == 1 ? 0.5 : SPREAD / series.size();
        }

        /** Where a point lies between 0 and the number of categories: side by side within its category. */
        double place(int seriesIndex, Dot dot) {
            return dot.category() + (seriesIndex + 0.5) / series.size() * SPREAD + (1 - SPREAD) / 2;
        }
    }

    /** Points with error bars over two numbers, each with its name beside it. */
    record Scatter(String label, String xLabel, List<Series> series) implements Panel {
        record Series(Key key, List<Spot> spots) {}

        /** @param error half length of the vertical error bar; NaN where unknown */
        record Spot(double x, double y, double error, String name) {
            double[] range() {
                double known = Scale.shows(error) ? error : 0;
                return new double[] {y - known, y + known};
            }
        }

        @Override
        public Scale scale() {
            return Scale.around(spots().flatMapToDouble(spot -> DoubleStream.of(spot.range())));
        }

        /** Logarithmic where the largest x is several times the smallest. */
        Scale xScale() {
            var x = spots().mapToDouble(Spot::x).summaryStatistics();
            return x.getMin() > 0 && x.getMax() > 2.5 * x.getMin()
                    ? new Scale(x.getMin() / 1.15, x.getMax() * 1.25, true)
                    : new Scale(x.getMin() - room(x), x.getMax() + room(x), false);
        }

        private static double room(DoubleSummaryStatistics x) {
            return Math.max((x.getMax() - x.getMin()) * 0.05, Math.max(Math.abs(x.getMax()) * 0.002, 1e-9));
        }

        Stream<Spot> spots() {
            return series.stream().flatMap(s -> s.spots().stream());
        }
    }

    /** A table of numbers as shades: the larger, the darker. */
    record Cells(String label, List<String> rows, List<String> columns, double[][] values, String[][] texts)
            implements Panel {
        public Cells {
            rows = rows.stream().map(Words::clean).toList();
            columns = columns.stream().map(Words::clean).toList();
        }

        @Override
        public Scale scale() {
            return Scale.linearFromZero(Arrays.stream(values).flatMapToDouble(DoubleStream::of));
        }
    }
}
