package dev.loupe.kernel.view;

import java.util.Locale;

/** Numbers as people read them: three significant digits or so, and their unit. */
public final class Units {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    private Units() {}

    /** Bytes in MiB, or GiB from 10 GiB on. */
    public static String bytes(long bytes) {
        return bytes < 10 * GIB ? number((double) bytes / MIB) + " MiB" : number((double) bytes / GIB) + " GiB";
    }

    /** A count in thousands, millions or thousand millions. */
    public static String count(long count) {
        if (count < 1_000) {
            return Long.toString(count);
        }
        return count < 1_000_000
                ? number(count / 1e3) + " k"
                : count < 1_000_000_000 ? decimal(count / 1e6) + " M" : decimal(count / 1e9) + " G";
    }

    /** Seconds below a minute, minutes and seconds above. */
    public static String seconds(double seconds) {
        long whole = Math.round(seconds);
        return seconds < 60 ? number(seconds) + " s" : "%d min %02d s".formatted(whole / 60, whole % 60);
    }

    /** A number below ten with one decimal, others without. */
    public static String number(double number) {
        return Math.abs(number) < 9.95 ? decimal(number) : String.format(Locale.ROOT, "%.0f", number);
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }
}
