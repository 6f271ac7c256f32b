package dev.loupe.viz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ScaleTest {
    @Test
    void ticksAreRoundAndFew() {
        assertEquals(List.of("0", "2", "4", "6", "8", "10", "12", "14"), ticks(new Scale(0, 14.4, false)));
        assertEquals(List.of("20", "50", "100", "200", "500", "1,000", "2,000"), ticks(new Scale(20, 3000, true)));
        assertEquals(
                List.of("24.601", "24.6012", "24.6014", "24.6016", "24.6018", "24.602"),
                ticks(new Scale(24.601, 24.602, false)));
    }

    @Test
    void ticksAreSensibleAtAnySize() {
        for (double size = 1e-12; size < 1e200; size *= 7.3) {
            for (Scale scale : List.of(
                    Scale.fromZero(DoubleStream.of(size)),
                    Scale.around(DoubleStream.of(size, size * 1.001)),
                    Scale.around(DoubleStream.of(size, size * 1e6)),
                    Scale.around(DoubleStream.of(size, size * 1e60)))) {
                List<String> ticks = ticks(scale);
                assertTrue(ticks.size() >= 2 && ticks.size() <= 12, scale + ": " + ticks);
                assertEquals(ticks.size(), ticks.stream().distinct().count(), scale + ": " + ticks);
                assertTrue(ticks.stream().allMatch(t -> t.length() <= 16), scale + ": " + ticks);
            }
        }
    }

    @Test
    void placesRunFromZeroToOne() {
        assertEquals(0.5, new Scale(0, 10, false).place(5));
        assertEquals(0.5, new Scale(1, 100, true).place(10), 1e-12);
        assertEquals(1, new Scale(0, 10, false).place(Double.POSITIVE_INFINITY));
        assertEquals(0, new Scale(1, 100, true).place(0));
    }

    @Test
    void numbersAreFormattedTheSameInEveryLocale() {
        assertEquals("1,234.5", Scale.format(1234.5, 5));
        assertEquals("0", Scale.format(0, 3));
        assertEquals("0.500", Scale.format(0.5, 3));
        assertEquals("1.50e-5", Scale.format(1.5e-5, 3));
        assertEquals("1.00e9", Scale.format(1e9, 3));
        assertEquals("n/a", Scale.format(Double.NaN, 3));
        assertEquals("infinite", Scale.format(Double.POSITIVE_INFINITY, 3));
    }

    private static List<String> ticks(Scale scale) {
        return scale.ticks(8).stream().map(scale::tick).toList();
    }
}
