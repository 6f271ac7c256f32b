package dev.loupe.viz;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.PositionLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Perplexity against position in one text: with less in sight, later tokens surprise more.
 *
 * <p>Each point is the perplexity of some neighbouring positions. Invariant: all lines are of the same tokens.
 */
public final class PositionPlot {
    private static final int POINTS = 16;

    private PositionPlot() {}

    /**
     * The figure of the losses that are of the same text and length as the last.
     *
     * @param losses oldest first
     * @throws LoupeException if there are none
     */
    public static Figure of(List<PositionLoss> losses) {
        if (losses.isEmpty()) {
            throw new LoupeException("No loss by position is measured yet; begin with %plot position.");
        }
        PositionLoss last = losses.getLast();
        List<PositionLoss> shown = losses.stream()
                .filter(loss -> loss.text().equals(last.text()) && loss.tokens() == last.tokens())
                .toList();
        var setting = new Setting();
        shown.forEach(loss -> setting.add(loss.model(), loss.dtype()));
        int width = Math.max(1, last.nll().length / POINTS);
        double[] x = IntStream.range(0, last.nll().length / width)
                .mapToDouble(i -> (i + 0.5) * width + 1)
                .toArray();
        var keys = new ArrayList<Key>();
        var lines = new ArrayList<Panel.Lines.Line>();
        for (int i = 0; i < shown.size(); i++) {
            PositionLoss loss = shown.get(i);
            keys.add(Key.series(i, loss.attention() + setting.distinct(i, 1)));
            double[] y = IntStream.range(0, x.length)
                    .mapToDouble(bin -> loss.perplexity(bin * width + 1, (bin + 1) * width + 1))
                    .toArray();
            lines.add(new Panel.Lines.Line(keys.getLast(), x, y));
        }
        return new Figure(
                "Perplexity against position",
                setting.common(last.text(), "each point %d positions".formatted(width)),
                keys,
                List.of(new Panel.Lines("perplexity", "position in the text (tokens)", lines)),
                table(shown, x, lines));
    }

    private static Table table(List<PositionLoss> shown, double[] x, List<Panel.Lines.Line> lines) {
        var attention = StringColumn.create("attention");
        var position = IntColumn.create("position");
        var perplexity = DoubleColumn.create("perplexity");
        for (int i = 0; i < shown.size(); i++) {
            for (int p = 0; p < x.length; p++) {
                attention.append(shown.get(i).attention());
                position.append((int) x[p]);
                perplexity.append(lines.get(i).y()[p]);
            }
        }
        return Table.create("position", attention, position, perplexity);
    }
}
