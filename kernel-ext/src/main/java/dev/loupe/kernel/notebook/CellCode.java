package dev.loupe.kernel.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A cell cut into Java and magics.
 *
 * <p>A magic stands at the beginning of a line, indented or not, perhaps after {@code var x =}; never in a comment, a
 * text block or a statement that goes on. Invariant: the parts' texts, in order, are the cell's.
 */
final class CellCode {
    /** A piece of a cell. */
    sealed interface Part {
        /** Its text in the cell. */
        String text();
    }

    /** Java as it stands. */
    record Java(String text) implements Part {}

    /**
     * A line like {@code Run r = %generate "Hi" raw}.
     *
     * @param indent white space before it
     * @param target what it is assigned to, with its type if it has one; empty for nothing
     * @param name of the magic, a {@code ?} for its help included
     * @param arguments rest of the line
     * @param nested whether it stands within braces, where only a Java expression can take its place
     */
    record Magic(String text, String indent, String target, String name, String arguments, boolean nested)
            implements Part {}

    /** A cell like {@code %%generate max_tokens=9}, its text under it. */
    record Body(String text, String name, String arguments, String body) implements Part {}

    private static final Pattern LINE = Pattern.compile(
            "(?<indent>[ \\t]*)(?:(?<target>[\\p{L}_$][\\p{L}\\p{N}_$.<>\\[\\], ?]*?)\\s*=\\s*)?%(?<name>\\p{L}[\\p{L}\\p{N}_]*\\??)(?<arguments>[^\\n]*)");
    private static final Pattern HEAD = Pattern.compile(
            "\\s*%%(?<name>\\p{L}[\\p{L}\\p{N}_]*\\??)(?<arguments>[^\\n]*)(?:\\n(?<body>.*))?", Pattern.DOTALL);

    private final String code;
    private final List<Part> parts = new ArrayList<>();
    private int begin;
    private int depth;
    private char last = ';';

    private CellCode(String code) {
        this.code = code;
    }

    static List<Part> of(String cell) {
        String code = cell.replace("\r\n", "\n");
        Matcher head = HEAD.matcher(code);
        if (head.matches()) {
            String body = head.group("body");
            return List.of(new Body(code, head.group("name"), head.group("arguments"), body == null ? "" : body));
        }
        var cut = new CellCode(code);
        cut.scan();
        return cut.parts;
    }

    private void scan() {
        int i = 0;
        boolean lineStart = true;
        while (i < code.length()) {
            if (lineStart) {
                Matcher line = LINE.matcher(code).region(i, code.length());
                if (line.lookingAt() && (line.group("target") != null || ";{}".indexOf(last) >= 0)) {
                    i = magic(line);
                    last = ';';
                    continue;
                }
            }
            char c = code.charAt(i);
            int next = skip(i);
            if (next == i) {
                depth += "({[".indexOf(c) >= 0 ? 1 : ")}]".indexOf(c) >= 0 ? -1 : 0;
                last = Character.isWhitespace(c) ? last : c;
                next = i + 1;
            } else if (c != '/') {
                last = '"';
            }
            lineStart = c == '\n' || code.startsWith("//", i);
            i = next;
        }
        java(code.length());
    }

    /** Where the comment, string or text block that begins here ends; {@code i} itself if none does. */
    private int skip(int i) {
        if (code.startsWith("//", i)) {
            int end = code.indexOf('\n', i);
            return end < 0 ? code.length() : end + 1;
        }
        if (code.startsWith("/*", i)) {
            int end = code.indexOf("*/", i + 2);
            return end < 0 ? code.length() : end + 2;
        }
        if (code.startsWith("\"\"\"", i)) {
            return closed(i + 3, "\"\"\"");
        }
        char c = code.charAt(i);
        return c == '"' || c == '\'' ? closed(i + 1, String.valueOf(c)) : i;
    }

    private int closed(int from, String quote) {
        for (int i = from; i < code.length(); i++) {
            char c = code.charAt(i);
            if (c == '\\') {
                i++;
            } else if (code.startsWith(quote, i)) {
                return i + quote.length();
            } else if (c == '\n' && quote.length() == 1) {
                return i;
            }
        }
        return code.length();
    }

    private int magic(Matcher line) {
        int end = line.end() < code.length() ? line.end() + 1 : line.end();
        java(line.start());
        String target = line.group("target");
        parts.add(new Magic(
                code.substring(line.start(), end),
                line.group("indent"),
                target == null ? "" : target.strip(),
                line.group("name"),
                line.group("arguments"),
                depth > 0));
        begin = end;
        return end;
    }

    private void java(int end) {
        if (end > begin) {
            parts.add(new Java(code.substring(begin, end)));
        }
        begin = end;
    }
}
