package dev.loupe.viz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The colours of the roles for every kind of colour vision, which is simulated as Machado, Oliveira and Fernandes do
 * (doi:10.1109/TVCG.2009.113), at full severity.
 */
final class PaletteTest {
    private static final List<Color> ROLES = List.of(
            Palette.PREFILL, Palette.DECODE, Palette.ACCEPTED, Palette.REJECTED, Palette.WEIGHTS, Palette.CACHE);

    /** Distances in CIE L*a*b* under 2 are not seen side by side; across a plot it takes some more. */
    private static final double APART = 12;

    /** What WCAG 2.2 asks of graphics, success criterion 1.4.11. */
    private static final double CONTRAST = 3;

    private record Vision(String name, double[][] matrix) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Vision> visions() {
        return Stream.of(
                new Vision("usual", new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}),
                new Vision("protanopia", new double[][] {
                    {0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}
                }),
                new Vision("deuteranopia", new double[][] {
                    {0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}
                }),
                new Vision("tritanopia", new double[][] {
                    {1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}
                }));
    }

    @ParameterizedTest
    @MethodSource("visions")
    void rolesLookDifferent(Vision vision) {
        for (Color a : ROLES) {
            for (Color b : ROLES) {
                double distance = distance(lab(see(a, vision)), lab(see(b, vision)));
                assertTrue(a == b || distance > APART, () -> "%s and %s: %.1f".formatted(a, b, distance));
            }
        }
    }

    @Test
    void marksStandOutOnLightAndDarkPages() {
        for (Color page : List.of(Color.WHITE, new Color(0x111111))) {
            Stream.concat(ROLES.stream(), Stream.of(Palette.SCRATCH)).forEach(mark -> {
                double contrast = contrast(mark, page);
                assertTrue(contrast >= CONTRAST, () -> "%s on %s: %.2f".formatted(mark, page, contrast));
            });
            assertTrue(contrast(Palette.TEXT, page) > 4, page.toString());
        }
    }

    private static double contrast(Color a, Color b) {
        double lighter = Math.max(luminance(linear(a)), luminance(linear(b)));
        double darker = Math.min(luminance(linear(a)), luminance(linear(b)));
        return (lighter + 0.05) / (darker + 0.05);
    }

    private static double luminance(double[] rgb) {
        return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    }

    private static double[] linear(Color color) {
        return Stream.of(color.getRed(), color.getGreen(), color.getBlue())
                .mapToDouble(c -> c / 255.0)
                .map(c -> c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4))
                .toArray();
    }

    private static double[] see(Color color, Vision vision) {
        double[] rgb = linear(color);
        var seen = new double[3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                seen[i] += vision.matrix()[i][j] * rgb[j];
            }
            seen[i] = Math.clamp(seen[i], 0, 1);
        }
        return seen;
    }

    /** CIE L*a*b* of linear sRGB, D65. */
    private static double[] lab(double[] rgb) {
        double x = f((0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.95047);
        double y = f(luminance(rgb));
        double z = f((0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.08883);
        return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
    }

    private static double f(double t) {
        return t > 216.0 / 24389 ? Math.cbrt(t) : (24389.0 / 27 * t + 16) / 116;
    }

    private static double distance(double[] a, double[] b) {
        return Math.sqrt(Math.pow(a[0] - b[0], 2) + Math.pow(a[1] - b[1], 2) + Math.pow(a[2] - b[2], 2));
    }
}
