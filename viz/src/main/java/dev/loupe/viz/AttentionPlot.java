package dev.loupe.viz;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.AttentionCost;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What attention takes in memory and time as the context grows: a line each for flash and naive. */
public final class AttentionPlot {
    private static final double MIB = 1 << 20;

    private AttentionPlot() {}

    /**
     * The figure of some costs, of one layer.
     *
     * @param model name of the model whose layer it is
     * @throws LoupeException if there are none
     */
    public static Figure of(List<AttentionCost> costs, String model, String device, int threads) {
        if (costs.isEmpty()) {
            throw new LoupeException("Nothing was measured; give at least one context.");
        }
        List<String> kinds =
                costs.stream().map(AttentionCost::attention).distinct().toList();
        List<Key> keys =
                kinds.stream().map(kind -> new Key(kind, color(kind), false)).toList();
        return new Figure(
                "Attention of one layer: work space and time against context",
                String.join(
                        ", ",
                        model,
                        device,
                        Setting.threads(threads),
                        "%d queries at the end of the context"
                                .formatted(costs.getFirst().tokens())),
                keys,
                List.of(
                        panel("work space (MiB)", costs, kinds, keys, cost -> cost.scratchBytes() / MIB),
                        panel("time (ms)", costs, kinds, keys, AttentionCost::millis)),
                table(costs));
    }

    private static Color color(String kind) {
        return kind.equals("flash") ? Palette.ACCEPTED : Palette.REJECTED;
    }

    private static Panel panel(
            String label,
            List<AttentionCost> costs,
            List<String> kinds,
            List<Key> keys,
            ToDoubleFunction<AttentionCost> y) {
        var lines = new ArrayList<Panel.Lines.Line>();
        for (int i = 0; i < kinds.size(); i++) {
            String kind = kinds.get(i);
            List<AttentionCost> of =
                    costs.stream().filter(c -> c.attention().equals(kind)).toList();
            lines.add(new Panel.Lines.Line(
                    keys.get(i),
                    of.stream().mapToDouble(AttentionCost::context).toArray(),
                    of.stream().mapToDouble(y).toArray()));
        }
        return new Panel.Lines(label, "context (tokens)", lines);
    }

    private static Table table(List<AttentionCost> costs) {
        return Table.create(
                "attention",
                StringColumn.create("attention", costs.stream().map(AttentionCost::attention)),
                IntColumn.create(
                        "context",
                        costs.stream().mapToInt(AttentionCost::context).toArray()),
                DoubleColumn.create(
                        "work space (MiB)",
                        costs.stream().mapToDouble(c -> c.scratchBytes() / MIB).toArray()),
                DoubleColumn.create(
                        "time (ms)",
                        costs.stream().mapToDouble(AttentionCost::millis).toArray()));
    }
}
