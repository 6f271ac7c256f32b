package dev.loupe.viz;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** From values to a place on an axis. Invariant: {@code min < max}, and {@code min > 0} where logarithmic. */
record Scale(double min, double max, boolean logarithmic) {
    /** Ratio of largest to smallest value from which a linear axis would hide the small ones. */
    private static final double LOGARITHMIC_FROM = 30;

    /** Values from here on count as infinite: there must be room for arithmetic above them. */
    private static final double INFINITE = 1e280;

    /** From zero to a little over the largest value; logarithmic if the values are far apart. */
    static Scale fromZero(DoubleStream values) {
        double[] finite = finite(values);
        return spread(finite) ? logarithmic(finite) : linearFromZero(DoubleStream.of(finite));
    }

    /** From zero to a little over the largest value. */
    static Scale linearFromZero(DoubleStream values) {
        double max = DoubleStream.of(finite(values)).max().orElse(0);
        return new Scale(0, max > 0 ? max * 1.06 : 1, false);
    }

    /** A little more than the values' range; logarithmic if they are far apart. */
    static Scale around(DoubleStream values) {
        double[] finite = finite(values);
        if (spread(finite)) {
            return logarithmic(finite);
        }
        double min = DoubleStream.of(finite).min().orElse(0);
        double max = DoubleStream.of(finite).max().orElse(1);
        double room = Math.max((max - min) * 0.12, Math.max(Math.abs(max) * 0.002, 1e-9));
        double below = min >= 0 ? Math.max(-room / 4, min - room) : min - room; // a point at zero is seen whole
        return new Scale(below, max + room, false);
    }

    /** Whether a value has a place on an axis: it is neither NaN nor (as good as) infinite. */
    static boolean shows(double value) {
        return Math.abs(value) < INFINITE;
    }

    /** Where a value lies: 0 at the minimum, 1 at the maximum, cut to between them. */
    double place(double value) {
        double place = logarithmic
                ? (Math.log(value) - Math.log(min)) / (Math.log(max) - Math.log(min))
                : (value - min) / (max - min);
        return Math.clamp(place, 0, 1);
    }

    /** Round values within the scale, about {@code most} of them or fewer. */
    List<Double> ticks(int most) {
        return logarithmic ? powers(most) : multiples(most);
    }

    /** A tick's value, with as many digits as tell it from its neighbours, and no trailing zeros. */
    String tick(double value) {
        double size = Math.max(Math.abs(min), Math.abs(max));
        int digits = logarithmic ? 3 : (int) Math.ceil(Math.log10(size / (max - min))) + 3;
        String text = format(value, Math.clamp(digits, 3, 15));
        return text.contains(".") ? text.replaceFirst("\\.?0*(e|$)", "$1") : text;
    }

    /** A number with {@code digits} significant digits (more if it is a large whole one), thousands apart. */
    static String format(double value, int digits) {
        double size = Math.abs(value);
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "n/a" : "infinite";
        }
        if (size != 0 && (size < 1e-3 || size >= 1e7)) {
            return String.format(Locale.ROOT, "%." + (digits - 1) + "e", value)
                    .replaceFirst("e\\+?(-?)0*(\\d)", "e$1$2");
        }
        int decimals = size == 0 ? 0 : Math.max(0, digits - 1 - (int) Math.floor(Math.log10(size)));
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private List<Double> multiples(int most) {
        double step = step((max - min) / most);
        var ticks = new ArrayList<Double>();
        for (long i = (long) Math.ceil(min / step - 1e-9); i * step <= max; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    private List<Double> powers(int most) {
        int from = (int) Math.floor(Math.log10(min));
        int to = (int) Math.ceil(Math.log10(max));
        double[] digits = to - from <= most / 2 ? new double[] {1, 2, 5} : new double[] {1};
        int step = Math.max(1, (to - from) / most);
        var ticks = new ArrayList<Double>();
        for (int power = from; power <= to; power += step) {
            for (double digit : digits) {
                double tick = digit * Math.pow(10, power);
                if (tick >= min && tick <= max) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    private static double step(double least) {
        double decade = Math.pow(10, Math.floor(Math.log10(least)));
        double digit = least / decade;
        return decade * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }

    private static Scale logarithmic(double[] finite) {
        var positive = DoubleStream.of(finite).filter(v -> v > 0).summaryStatistics();
        double room = Math.max(1.5, Math.pow(positive.getMax(), 0.04) / Math.pow(positive.getMin(), 0.04));
        return new Scale(positive.getMin() / room, positive.getMax() * room, true);
    }

    private static boolean spread(double[] finite) {
        double min = DoubleStream.of(finite).min().orElse(0);
        return min > 0 && DoubleStream.of(finite).max().orElse(0) > LOGARITHMIC_FROM * min;
    }

    private static double[] finite(DoubleStream values) {
        return values.filter(Scale::shows).toArray();
    }
}
