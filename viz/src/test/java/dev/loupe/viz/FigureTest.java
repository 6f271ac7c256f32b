package dev.loupe.viz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every figure promises: a transparent PNG of twice its size, and characters that fit. */
class FigureTest {
    static Stream<Figure> figures() {
        return Stream.of(1, 3, 8)
                .flatMap(n -> Stream.of(
                        LatencyPlot.of(Samples.runs(n)),
                        MemoryPlot.of(Samples.memorySamples(n), Samples.MODEL, 2),
                        PerplexityPlot.of(Samples.perplexities(n))));
    }

    @ParameterizedTest
    @MethodSource("figures")
    void pngIsTransparentAndTwiceTheShownSize(Figure figure) throws IOException {
        BufferedImage image = decode(figure);
        assertEquals(2 * figure.width(), image.getWidth());
        assertEquals(2 * figure.height(), image.getHeight());
        assertTrue(image.getColorModel().hasAlpha());
        assertArrayEquals(new int[] {0, 0, 0, 0}, corners(image), "corners are transparent");
        int clear = count(image, argb -> argb >>> 24 == 0);
        assertTrue(clear > image.getWidth() * image.getHeight() / 3, "most of a chart is its page: " + clear);
    }

    @ParameterizedTest
    @MethodSource("figures")
    void wordsAndMarksKeepClearOfTheBorder(Figure figure) throws IOException {
        BufferedImage image = decode(figure);
        for (int y = 0; y < image.getHeight(); y++) {
            assertEquals(0, image.getRGB(0, y) >>> 24, "left border, row " + y);
            assertEquals(0, image.getRGB(image.getWidth() - 1, y) >>> 24, "right border, row " + y);
        }
    }

    @ParameterizedTest
    @MethodSource("figures")
    void charactersFitEveryWidth(Figure figure) {
        for (int columns : new int[] {30, 31, 47, 60, 80, 200}) {
            for (String line : figure.terminal(columns).split("\n")) {
                assertTrue(line.length() <= columns, "%d columns: \"%s\"".formatted(columns, line));
                assertTrue(line.chars().noneMatch(Character::isISOControl), line);
            }
        }
        assertTrue(figure.terminal(80).startsWith(figure.title() + "\n"));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 29})
    void tooFewColumnsIsAClearError(int columns) {
        Figure figure = MemoryPlot.of(Samples.memorySamples(1));
        var e = assertThrows(LoupeException.class, () -> figure.terminal(columns));
        assertTrue(e.getMessage().endsWith("widen the terminal."), e.getMessage());
    }

    @Test
    void partsHaveTheColoursOfTheirRoles() throws IOException {
        BufferedImage image = decode(MemoryPlot.of(List.of(Samples.sample("fp16", 100, 40, 20))));
        int weights = count(image, Palette.WEIGHTS);
        int cache = count(image, Palette.CACHE);
        int scratch = count(image, Palette.SCRATCH);
        assertEquals(100.0 / 40, (double) weights / cache, 0.1);
        assertEquals(40.0 / 20, (double) cache / scratch, 0.2);
    }

    @Test
    void axesAndWordsAreTheGreyThatBothThemesCanShow() throws IOException {
        BufferedImage image = decode(LatencyPlot.of(Samples.runs(2)));
        assertEquals(new Color(0x7F7F7F), Palette.TEXT);
        assertTrue(count(image, Palette.TEXT) > 1000);
        assertEquals(0, count(image, Color.BLACK) + count(image, Color.WHITE), "black and white vanish in one theme");
    }

    static BufferedImage decode(Figure figure) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(figure.png()));
    }

    static int count(BufferedImage image, Color color) {
        return count(image, argb -> argb == color.getRGB());
    }

    private static int count(BufferedImage image, IntPredicate wanted) {
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        return (int) Arrays.stream(pixels).filter(wanted).count();
    }

    private static int[] corners(BufferedImage image) {
        int right = image.getWidth() - 1;
        int bottom = image.getHeight() - 1;
        return new int[] {
            image.getRGB(0, 0) >>> 24,
            image.getRGB(right, 0) >>> 24,
            image.getRGB(0, bottom) >>> 24,
            image.getRGB(right, bottom) >>> 24
        };
    }
}
