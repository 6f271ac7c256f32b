package dev.loupe.viz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Speed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SpeedPlotTest {
    @Test
    void contextsAreAnAxisAndThePeerHasOursColourDashed() {
        Figure figure = SpeedPlot.of(Gallery.speeds(2, 8000, 512));
        var reading = (Panel.Lines) figure.panels().getFirst();
        assertEquals(
                List.of("fp16, loupe", "fp16, llama-bench", "sym_int8, loupe", "sym_int8, llama-bench"),
                figure.legend().stream().map(Key::label).toList());
        assertArrayEquals(new double[] {512, 8000}, reading.lines().getFirst().x());
        Key ours = reading.lines().get(2).key();
        Key theirs = reading.lines().get(3).key();
        assertEquals(ours.color(), theirs.color());
        assertTrue(theirs.dashed() && !ours.dashed());
        assertTrue(reading.scale().max() > reading.lines().getFirst().y()[0], "room for the error bar");
    }

    @Test
    void oneContextIsABarEachWithItsError() {
        Figure figure = SpeedPlot.of(Gallery.speeds(1, 0));
        var writing = (Panel.Bars) figure.panels().getLast();
        assertEquals(List.of("loupe", "llama-bench"), writing.categories());
        assertEquals(150, writing.total(0));
        assertEquals(Speed.deviation(150, 152, 120), writing.error(0), 1e-9);
        assertEquals(Palette.SCRATCH, writing.parts().getLast().key().color());
        assertTrue(figure.subtitle().contains("pp512, tg64"), figure::subtitle);
    }

    @Test
    void theLastMeasurementCountsAndWhatHasNoRateIsLeftOut() {
        List<Speed> speeds = new ArrayList<>(Gallery.speeds(1, 0));
        speeds.addAll(0, List.of(Speed.ours("tg64", new double[] {1}, "fp16", "cpu", 2, Samples.MODEL, "flash", null)));
        speeds.add(Speed.ours("pp512", new double[] {Double.NaN}, "fp16", "cpu", 2, Samples.MODEL, "flash", null));
        Figure figure = SpeedPlot.of(speeds);
        assertEquals(150, ((Panel.Bars) figure.panels().getLast()).total(0));
        assertEquals(900, ((Panel.Bars) figure.panels().getFirst()).total(0));
        assertFalse(figure.terminal(80).isEmpty());
    }

    @Test
    void nothingMeasuredIsOneSentence() {
        assertThrows(LoupeException.class, () -> SpeedPlot.of(List.of()));
    }
}
