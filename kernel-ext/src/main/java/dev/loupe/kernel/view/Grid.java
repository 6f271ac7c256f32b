package dev.loupe.kernel.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A small table of texts and small pictures, columns of numbers flush right.
 *
 * <p>Invariant: every row has as many cells as the header.
 */
public final class Grid {
    private static final Pattern NUMBER = Pattern.compile("([-+]?[\\d.,]+( ?[%\\p{L}/]+)?( ± [\\d.]+)?)?");
    private static final String RULE = "border-bottom:1px solid rgba(127,127,127,0.35)";

    private final List<String> header;
    private final List<List<View>> rows = new ArrayList<>();

    public Grid(String... header) {
        this.header = List.of(header);
    }

    /** Adds a row of {@link View}s and texts. Returns this. */
    public Grid row(Object... cells) {
        if (cells.length != header.size()) {
            throw new IllegalArgumentException("%d cells for %d columns".formatted(cells.length, header.size()));
        }
        rows.add(Arrays.stream(cells).map(Grid::cell).toList());
        return this;
    }

    private static View cell(Object cell) {
        String text = String.valueOf(cell);
        return cell instanceof View view
                ? view
                : new View(text, View.escape(text).replace("\n", "<br>"));
    }

    public View view() {
        boolean[] right = new boolean[header.size()];
        for (int i = 0; i < right.length; i++) {
            int column = i;
            right[i] = !rows.isEmpty()
                    && rows.stream()
                            .allMatch(row ->
                                    NUMBER.matcher(row.get(column).plain()).matches());
        }
        return new View(plain(right), html(right));
    }

    private String plain(boolean[] right) {
        List<View> names = names();
        int[] widths = IntStream.range(0, header.size())
                .map(i -> Math.max(
                        width(names.get(i)),
                        rows.stream().mapToInt(r -> width(r.get(i))).max().orElse(0)))
                .toArray();
        var lines = new ArrayList<String>();
        if (hasHeader()) {
            lines.add(plain(names, widths, right));
            lines.add(Arrays.stream(widths).mapToObj("─"::repeat).collect(Collectors.joining("  ")));
        }
        rows.forEach(row -> lines.add(plain(row, widths, right)));
        return String.join("\n", lines);
    }

    private static String plain(List<View> row, int[] widths, boolean[] right) {
        return IntStream.range(0, row.size())
                .mapToObj(i -> {
                    String space = " ".repeat(widths[i] - width(row.get(i)));
                    String text = row.get(i).plain();
                    return right[i] ? space + text : text + space;
                })
                .collect(Collectors.joining("  "))
                .stripTrailing();
    }

    private static int width(View cell) {
        return cell.plain().codePointCount(0, cell.plain().length());
    }

    private String html(boolean[] right) {
        var html = new StringBuilder("<table style=\"border-collapse:collapse;margin:0.3em 0\">");
        if (hasHeader()) {
            html.append(html("th", names(), right));
        }
        rows.forEach(row -> html.append(html("td", row, right)));
        return html.append("</table>").toString();
    }

    private static String html(String tag, List<View> row, boolean[] right) {
        return IntStream.range(0, row.size())
                .mapToObj(i -> "<%s style=\"text-align:%s;padding:0.15em 0.8em 0.15em 0;background:none;%s\">%s</%s>"
                        .formatted(
                                tag,
                                right[i] ? "right" : "left",
                                tag.equals("th") ? RULE : "",
                                row.get(i).html(),
                                tag))
                .collect(Collectors.joining("", "<tr style=\"background:none\">", "</tr>"));
    }

    private List<View> names() {
        return header.stream().map(Grid::cell).toList();
    }

    private boolean hasHeader() {
        return header.stream().anyMatch(name -> !name.isEmpty());
    }
}
