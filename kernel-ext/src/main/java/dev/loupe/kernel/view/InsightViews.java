package dev.loupe.kernel.view;

import dev.loupe.Alternatives;
import dev.loupe.AttentionMap;
import dev.loupe.Lens;
import dev.loupe.Prediction;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a look inside a model looks: tables of shades, their figures on hover.
 *
 * <p>Invariant: what a shade says stands beside it as a number or on hover, and in a terminal as a block character.
 */
public final class InsightViews {
    private static final String CELL = "<td title=\"%s\" style=\"%s;padding:1px 4px;text-align:center;"
            + "white-space:nowrap;font-size:80%%\">%s</td>";
    private static final String TABLE =
            "<div style=\"overflow-x:auto\"><table style=\"border-collapse:collapse;font-family:monospace\">%s</table></div>";
    private static final int SMALL = 12;

    private InsightViews() {}

    /** What the head would say after each layer: a row a layer, the last on top, a column a position. */
    public static View of(Lens lens) {
        var html = new StringBuilder(row(
                "",
                lens.tokens().stream()
                        .map(token -> CELL.formatted("", "background:none;font-weight:bold", escape(token)))
                        .toList()));
        var plain = new StringBuilder();
        for (int layer = lens.layers().size() - 1; layer >= 0; layer--) {
            List<Prediction> said = lens.layers().get(layer);
            html.append(row(
                    layer == 0 ? "embedding" : "layer " + layer,
                    said.stream()
                            .map(p -> CELL.formatted(
                                    "%s, probability %s".formatted(escape(p.piece()), Shade.percent(p.probability())),
                                    Shade.behind(p.probability()),
                                    escape(p.piece())))
                            .toList()));
            Prediction last = said.getLast();
            plain.append(String.format(
                    Locale.ROOT,
                    "%9s  %c %6s  %s%n",
                    layer == 0 ? "embedding" : "layer " + layer,
                    Shade.block(last.probability()),
                    Shade.percent(last.probability()),
                    Shade.piece(last.piece())));
        }
        View note = View.note(
                "%s: %s; each cell is the likeliest next token if the head read the residual stream there, its shade how likely"
                        .formatted(lens.model(), lens));
        return View.column(new View(plain.toString().stripTrailing(), TABLE.formatted(html)), note);
    }

    /** Where one head looks: a row a query, a column a key. */
    public static View of(AttentionMap map, int head) {
        float[][] weights = map.weights()[head];
        int tokens = map.tokens().size();
        var html = new StringBuilder(row(
                "",
                map.tokens().stream()
                        .map(token -> CELL.formatted("", "background:none", escape(token)))
                        .toList()));
        for (int q = 0; q < tokens; q++) {
            int query = q;
            html.append(row(
                    escape(map.tokens().get(q)),
                    IntStream.range(0, tokens)
                            .mapToObj(k -> CELL.formatted(
                                    "%s looks at %s: %s"
                                            .formatted(
                                                    escape(map.tokens().get(query)),
                                                    escape(map.tokens().get(k)),
                                                    Shade.percent(weights[query][k])),
                                    Shade.behind(weights[query][k]),
                                    weights[query][k] >= 0.1
                                            ? String.format(Locale.ROOT, "%.0f", 100 * weights[query][k])
                                            : ""))
                            .toList()));
        }
        View note = View.note(String.format(
                Locale.ROOT,
                "%s, layer %d, head %d: each row's token looks at the columns' (percent, the row's sum is 100); on average %.1f tokens back",
                map.model(),
                map.layer(),
                head,
                map.distance(head)));
        return View.column(new View(blocks(weights, map.tokens()), TABLE.formatted(html)), note);
    }

    /** All heads of a layer, small. */
    public static View of(AttentionMap map) {
        String html = IntStream.range(0, map.heads())
                .mapToObj(head -> "<td style=\"padding:4px;background:none;text-align:center\">head %d<br>%s</td>"
                        .formatted(
                                head,
                                Shade.table(
                                        map.weights()[head],
                                        Math.clamp(120 / map.tokens().size(), 2, SMALL))))
                .collect(Collectors.collectingAndThen(Collectors.toList(), InsightViews::wrapped));
        var grid = new Grid("head", "tokens back");
        for (int head = 0; head < map.heads(); head++) {
            grid.row(head, String.format(Locale.ROOT, "%.1f", map.distance(head)));
        }
        View note = View.note("%s, %s; head=0 shows one in full".formatted(map.model(), map));
        return View.column(new View(grid.view().plain(), html), note);
    }

    private static String wrapped(List<String> cells) {
        var rows = new StringBuilder();
        for (int i = 0; i < cells.size(); i += 5) {
            rows.append("<tr style=\"background:none\">")
                    .append(String.join("", cells.subList(i, Math.min(cells.size(), i + 5))))
                    .append("</tr>");
        }
        return TABLE.formatted(rows);
    }

    private static String blocks(float[][] weights, List<String> tokens) {
        int widest =
                tokens.stream().mapToInt(t -> Shade.piece(t).length()).max().orElse(0);
        return IntStream.range(0, weights.length)
                .mapToObj(q -> {
                    var line =
                            new StringBuilder(("%" + Math.max(1, widest) + "s ").formatted(Shade.piece(tokens.get(q))));
                    for (int k = 0; k <= q; k++) {
                        line.append(Shade.block(weights[q][k])).append(Shade.block(weights[q][k]));
                    }
                    return line.toString().stripTrailing();
                })
                .collect(Collectors.joining("\n"));
    }

    /** A text's tokens, each shaded by how likely it was; the alternatives on hover. */
    public static View of(Alternatives alternatives) {
        var html = new StringBuilder("<div style=\"line-height:1.9;overflow-wrap:anywhere\">");
        var plain = new StringBuilder();
        for (Alternatives.Position position : alternatives.tokens()) {
            double probability = position.taken().probability();
            String title = position.likeliest().stream()
                    .map(p -> "%s %s".formatted(Shade.piece(p.piece()), Shade.percent(p.probability())))
                    .collect(Collectors.joining(", "));
            html.append(
                    "<span title=\"%s; likeliest: %s\" style=\"%s;border-left:1px solid rgba(127,127,127,0.5);padding:2px 1px;white-space:pre-wrap\">%s</span>"
                            .formatted(
                                    Double.isNaN(probability) ? "first" : Shade.percent(probability),
                                    View.escape(title),
                                    Shade.behind(Double.isNaN(probability) ? 0 : 1 - probability),
                                    View.escape(position.taken().piece())));
            plain.append(Shade.piece(position.taken().piece()))
                    .append(Double.isNaN(probability) ? "" : "(" + Shade.percent(probability) + ")")
                    .append(' ');
        }
        html.append("</div>");
        var next = new Grid("next", "probability", "");
        alternatives
                .next()
                .forEach(p ->
                        next.row(Shade.piece(p.piece()), Shade.percent(p.probability()), Shade.bar(p.probability())));
        return View.column(
                new View(plain.toString().stripTrailing(), html.toString()),
                View.note(
                        "shaded by surprise: the stronger, the less likely the token was; hover over one for its alternatives"),
                next.view());
    }

    private static String row(String name, List<String> cells) {
        return "<tr style=\"background:none\"><td style=\"padding:1px 6px;text-align:right;opacity:0.65;white-space:nowrap;font-size:80%%\">%s</td>%s</tr>"
                .formatted(name, String.join("", cells));
    }

    private static String escape(String piece) {
        return View.escape(Shade.piece(piece));
    }
}
