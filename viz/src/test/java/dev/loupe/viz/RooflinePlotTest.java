package dev.loupe.viz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Standing;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class RooflinePlotTest {
    private static final List<Standing> STANDINGS = List.of(
            new Standing("tiny", "sym_int4", "cpu", 2, 8, 150, 32, 200),
            new Standing("tiny", "fp16", "cpu", 2, 24, 100, 32, 200));

    @Test
    void theMachineStandsFirstAndEveryBarHasItsValue() {
        Figure figure = RooflinePlot.of(STANDINGS);
        var memory = (Panel.Bars) figure.panels().getFirst();
        var arithmetic = (Panel.Bars) figure.panels().getLast();
        assertEquals(List.of("machine", "sym_int4", "fp16"), memory.categories());
        assertEquals(List.of(32.0, 8.0, 24.0), totals(memory));
        assertEquals(List.of(200.0, 150.0, 100.0), totals(arithmetic));
        assertEquals(25, figure.table().doubleColumn("of the memory (%)").get(0));
        assertEquals(50, figure.table().doubleColumn("of the arithmetic (%)").get(1));
        assertEquals("tiny, cpu, 2 threads", figure.subtitle());
        assertTrue(figure.terminal(100).contains("sym_int4"), () -> figure.terminal(100));
    }

    @Test
    void theRoofIsHigherThanABarUnderIt() throws IOException {
        var image =
                ImageIO.read(new ByteArrayInputStream(RooflinePlot.of(STANDINGS).png()));
        int roof = highest(image, Palette.SCRATCH.getRGB());
        assertTrue(roof < highest(image, Palette.DECODE.getRGB()), "generation is under the memory's roof");
        assertTrue(roof <= highest(image, Palette.PREFILL.getRGB()), "the prompt is under the arithmetic's");
    }

    @Test
    void anotherDeviceHasItsOwnPicture() {
        var there = new Standing("tiny", "fp16", "cuda:0", 1, 2000, 300_000, 3000, 600_000);
        Figure figure = RooflinePlot.of(List.of(STANDINGS.getFirst(), there));
        assertEquals(List.of("machine", "fp16"), ((Panel.Bars) figure.panels().getFirst()).categories());
        assertEquals("tiny, cuda:0", figure.subtitle());
    }

    @Test
    void nothingMeasuredIsOneSentence() {
        assertThrows(LoupeException.class, () -> RooflinePlot.of(List.of()));
    }

    private static List<Double> totals(Panel.Bars bars) {
        return List.of(bars.total(0), bars.total(1), bars.total(2));
    }

    /** The first row of the plot, below the legend, with many pixels of a colour. */
    private static int highest(java.awt.image.BufferedImage image, int colour) {
        for (int y = 0; y < image.getHeight(); y++) {
            int found = 0;
            for (int x = 0; x < image.getWidth(); x++) {
                found += (image.getRGB(x, y) & 0xFFFFFF) == (colour & 0xFFFFFF) ? 1 : 0;
            }
            if (found > 40) {
                return y;
            }
        }
        return image.getHeight();
    }
}
