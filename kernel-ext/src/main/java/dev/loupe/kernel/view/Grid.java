package dev.loupe.kernel.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A small table of texts, columns of numbers flush right.
 *
 * <p>Invariant: every row has as many cells as the header.
 */
public final class Grid {
    private static final Pattern NUMBER = Pattern.compile("([-+]?[\\d.,]+( ?[%\\p{L}/]+)?( ± [\\d.]+)?)?");
    private static final String RULE = "border-bottom:1px solid rgba(127,127,127,0.35)";

    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();

    public Grid(String... header) {
        this.header = List.of(header);
    }

    /** Adds a row. Returns this. */
    public Grid row(Object... cells) {
        if (cells.length != header.size()) {
            throw new IllegalArgumentException("%d cells for %d columns".formatted(cells.length, header.size()));
        }
        rows.add(Arrays.stream(cells).map(String::valueOf).toList());
        return this;
    }

    public View view() {
        boolean[] right = new boolean[header.size()];
        for (int i = 0; i < right.length; i++) {
            int column = i;
            right[i] = !rows.isEmpty()
                    && rows.stream()
                            .allMatch(row -> NUMBER.matcher(row.get(column)).matches());
        }
        return new View(plain(right), html(right));
    }

    private String plain(boolean[] right) {
        int[] widths = IntStream.range(0, header.size())
                .map(i -> Math.max(
                        width(header.get(i)),
                        rows.stream().mapToInt(r -> width(r.get(i))).max().orElse(0)))
                .toArray();
        var lines = new ArrayList<String>();
        if (hasHeader()) {
            lines.add(plain(header, widths, right));
            lines.add(Arrays.stream(widths).mapToObj("─"::repeat).collect(Collectors.joining("  ")));
        }
        rows.forEach(row -> lines.add(plain(row, widths, right)));
        return String.join("\n", lines);
    }

    private static String plain(List<String> row, int[] widths, boolean[] right) {
        return IntStream.range(0, row.size())
                .mapToObj(i -> {
                    String space = " ".repeat(widths[i] - width(row.get(i)));
                    return right[i] ? space + row.get(i) : row.get(i) + space;
                })
                .collect(Collectors.joining("  "))
                .stripTrailing();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    private String html(boolean[] right) {
        var html = new StringBuilder("<table style=\"border-collapse:collapse;margin:0.3em 0\">");
        if (hasHeader()) {
            html.append(html("th", header, right));
        }
        rows.forEach(row -> html.append(html("td", row, right)));
        return html.append("</table>").toString();
    }

    private static String html(String tag, List<String> row, boolean[] right) {
        return IntStream.range(0, row.size())
                .mapToObj(i -> "<%s style=\"text-align:%s;padding:0.15em 0.8em 0.15em 0;background:none;%s\">%s</%s>"
                        .formatted(
                                tag,
                                right[i] ? "right" : "left",
                                tag.equals("th") ? RULE : "",
                                View.escape(row.get(i)).replace("\n", "<br>"),
                                tag))
                .collect(Collectors.joining("", "<tr style=\"background:none\">", "</tr>"));
    }

    private boolean hasHeader() {
        return header.stream().anyMatch(name -> !name.isEmpty());
    }
}
