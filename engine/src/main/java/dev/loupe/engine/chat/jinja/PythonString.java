package dev.loupe.engine.chat.jinja;

import java.util.Locale;
import java.util.function.IntPredicate;

/** Python's notions of a string: code points, white space, escapes, how it is quoted. */
final class PythonString {
    private PythonString() {}

    /** Unicode white space, as {@code str.isspace}. */
    static boolean isSpace(int c) {
        return c >= '\t' && c <= '\r' || c >= 0x1C && c <= 0x20 || c == 0x85 || c > 0x85 && Character.isSpaceChar(c);
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The text from code point {@code start} to {@code end}. */
    static String slice(String text, int start, int end) {
        if (start >= end) {
            return "";
        }
        int from = text.offsetByCodePoints(0, start);
        return text.substring(from, text.offsetByCodePoints(from, end - start));
    }

    /** Leaves out characters at the ends. {@code characters} null means white space. */
    static String strip(String text, String characters, boolean left, boolean right) {
        IntPredicate stripped = characters == null ? PythonString::isSpace : c -> characters.indexOf(c) >= 0;
        int start = 0;
        int end = text.length();
        while (left && start < end && stripped.test(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && end > start && stripped.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return text.substring(0, first).toUpperCase(Locale.ROOT)
                + text.substring(first).toLowerCase(Locale.ROOT);
    }

    /** As in Python's source: quoted, with escapes. */
    static String repr(String text) {
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        StringBuilder quoted = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c == quote) {
                        quoted.append('\\').append(quote);
                    } else if (isPrintable(c)) {
                        quoted.appendCodePoint(c);
                    } else {
                        String form = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
                        quoted.append(form.formatted(c));
                    }
                }
            }
        });
        return quoted.append(quote).toString();
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /** The characters that a string in a template's source stands for. */
    static String unescape(String source) {
        if (source.indexOf('\\') < 0) {
            return source;
        }
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < source.length()) {
            char c = source.charAt(at++);
            if (c != '\\' || at == source.length()) {
                text.append(c);
                continue;
            }
            char kind = source.charAt(at++);
            switch (kind) {
                case '\n' -> {}
                case '\\', '\'', '"' -> text.append(kind);
                case 'a' -> text.append('\u0007');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'v' -> text.append('\u000B');
                case 'x' -> at = hexadecimal(source, at, 2, text);
                case 'u' -> at = hexadecimal(source, at, 4, text);
                case 'U' -> at = hexadecimal(source, at, 8, text);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> at = octal(source, at - 1, text);
                default -> text.append('\\').append(kind);
            }
        }
        return text.toString();
    }

    private static int hexadecimal(String source, int at, int digits, StringBuilder text) {
        int code = 0;
        for (int i = at; i < at + digits; i++) {
            int digit = i < source.length() ? Character.digit(source.charAt(i), 16) : -1;
            if (digit < 0 || code > Character.MAX_CODE_POINT >> 4) {
                throw new JinjaException("the string has an incomplete escape");
            }
            code = code * 16 + digit;
        }
        text.appendCodePoint(code);
        return at + digits;
    }

    private static int octal(String source, int at, StringBuilder text) {
        int end = at;
        int code = 0;
        while (end < at + 3 && end < source.length() && source.charAt(end) >= '0' && source.charAt(end) <= '7') {
            code = code * 8 + source.charAt(end++) - '0';
        }
        text.append((char) code);
        return end;
    }
}
