package dev.loupe.viz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Perplexity;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Size against perplexity, and models by dtypes. */
final class TradeOffPlotTest {
    private static List<Perplexity> twoModels() {
        var all = new ArrayList<>(Samples.perplexities(6));
        Samples.perplexities(4)
                .forEach(p -> all.add(new Perplexity(
                        "other",
                        p.dtype(),
                        p.runsAs(),
                        p.device(),
                        p.attention(),
                        p.text(),
                        p.convention(),
                        p.chunk(),
                        p.scores(),
                        p.requestedChunks(),
                        "",
                        1,
                        2 * p.weightBytes(),
                        p.cacheBytes())));
        return all;
    }

    @Test
    void everyMeasurementIsThere() {
        Figure figure = TradeOffPlot.of(twoModels());
        assertEquals(10, figure.table().rowCount());
        assertEquals(2, figure.legend().size());
        assertEquals(
                10,
                figure.terminal(80).lines().filter(line -> line.contains("●")).count());
    }

    @Test
    void aMapOfModelsAndDtypesLeavesHolesEmpty() {
        Figure figure = HeatMap.of(twoModels());
        assertEquals(6, figure.table().rowCount());
        assertEquals(
                List.of("dtype", Samples.perplexities(1).getFirst().model(), "other"),
                figure.table().columnNames());
        assertTrue(figure.table().column("other").isMissing(5));
        assertTrue(figure.terminal(100).contains("other"));
    }

    @Test
    void bothAreDrawn() throws IOException {
        for (Figure figure : List.of(TradeOffPlot.of(twoModels()), HeatMap.of(twoModels()))) {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(figure.png()));
            long marks = 0;
            for (int y = 0; y < image.getHeight(); y += 2) {
                for (int x = 0; x < image.getWidth(); x += 2) {
                    marks += image.getRGB(x, y) >>> 24 > 0 ? 1 : 0;
                }
            }
            assertTrue(marks > 2_000, figure + " has " + marks);
        }
    }

    @Test
    void nothingMeasuredIsSaid() {
        assertThrows(LoupeException.class, () -> TradeOffPlot.of(List.of()));
        assertThrows(LoupeException.class, () -> HeatMap.of(List.of()));
    }
}
