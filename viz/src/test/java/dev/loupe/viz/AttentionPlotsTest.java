package dev.loupe.viz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.eval.AttentionCost;
import dev.loupe.engine.eval.PositionLoss;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class AttentionPlotsTest {
    private static AttentionCost cost(String kind, int context, double millis, int mib) {
        return new AttentionCost(kind, context, 64, millis, (long) mib << 20);
    }

    @Test
    void bothCostsAreDrawn() throws IOException {
        Figure figure = AttentionPlot.of(
                List.of(
                        cost("flash", 256, 1, 0),
                        cost("naive attention", 256, 2, 1),
                        cost("flash", 512, 2, 0),
                        cost("naive attention", 512, 9, 2)),
                "tiny",
                "cpu",
                2);
        assertEquals(2, figure.panels().size());
        assertEquals(4, figure.table().rowCount());
        var image = ImageIO.read(new ByteArrayInputStream(figure.png()));
        int right = 0;
        for (int y = image.getHeight() / 3; y < image.getHeight(); y++) {
            for (int x = image.getWidth() * 6 / 10; x < image.getWidth(); x++) {
                right += (image.getRGB(x, y) & 0xFFFFFF) == (Palette.REJECTED.getRGB() & 0xFFFFFF) ? 1 : 0;
            }
        }
        assertTrue(right > 50, "the second panel has its line: " + right);
    }

    @Test
    void onlyTheSameTextIsCompared() {
        var nll = new double[320];
        Arrays.fill(nll, Math.log(8));
        var brief = new PositionLoss("tiny", "fp32", "flash, cache fp32", "primer", new double[32]);
        var full = new PositionLoss("tiny", "fp32", "flash, cache fp32", "primer", nll);
        var window = new PositionLoss("tiny", "fp32", "flash, window 64, cache fp32", "primer", nll);
        Figure figure = PositionPlot.of(List.of(brief, full, window));
        assertEquals(32, figure.table().rowCount());
        assertEquals(8, full.perplexity(1, 321), 1e-9);
        assertTrue(figure.legend().getLast().label().contains("window 64"));
    }
}
