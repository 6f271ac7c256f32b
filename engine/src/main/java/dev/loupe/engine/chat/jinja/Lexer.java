package dev.loupe.engine.chat.jinja;

import dev.loupe.engine.chat.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, as Jinja 3 does with {@code trim_blocks} and {@code lstrip_blocks} set.
 *
 * <p>Invariant: white space is decided here alone. The line end after a block tag or comment belongs to the tag, and so
 * do blanks before it that begin a line; {@code -} takes all white space on its side, {@code +} keeps it.
 */
final class Lexer {
    private static final Pattern NUMBER = Pattern.compile(
            "\\d[\\d_]*+(?:(?:\\.\\d[\\d_]*+)?[eE][+-]?\\d[\\d_]*+|\\.\\d[\\d_]*+)|0[bB][01_]++|0[oO][0-7_]++|0[xX][\\da-fA-F_]++|\\d[\\d_]*+");
    private static final Pattern NAME = Pattern.compile("\\w++", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern OPERATOR = Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}<>=.:|,;]");
    private static final Pattern RAW_BEGIN = Pattern.compile("\\{%[-+]?\\s*+raw\\s*+(?:-%}\\s*+|%})");
    private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*+endraw\\s*+(?:\\+%}|-%}\\s*+|%}\\n?)");
    private static final Pattern COMMENT_END = Pattern.compile("\\+#}|-#}\\s*+|#}\\n?");
    private static final Pattern BLOCK_END = Pattern.compile("\\+%}|-%}\\s*+|%}\\n?");
    private static final Pattern VARIABLE_END = Pattern.compile("-}}\\s*+|}}");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private boolean lineStarts = true;

    private Lexer(String source) {
        String lines = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
    }

    static List<Token> tokens(String source) {
        Lexer lexer = new Lexer(source);
        try {
            lexer.template();
        } catch (JinjaException e) {
            throw e.at(lexer.line);
        }
        return lexer.tokens;
    }

    private void template() {
        while (at < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                data(source.substring(at));
                at = source.length();
                break;
            }
            Matcher raw = matcher(RAW_BEGIN, tag);
            char kind = source.charAt(tag + 1);
            char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
            textBefore(tag, sign, kind == '{');
            if (raw.lookingAt()) {
                endTag(raw);
                raw();
            } else {
                skipTo(tag + (sign == '-' || sign == '+' ? 3 : 2));
                switch (kind) {
                    case '#' -> comment();
                    case '%' -> tag(Kind.BLOCK_BEGIN, Kind.BLOCK_END, BLOCK_END);
                    default -> tag(Kind.VARIABLE_BEGIN, Kind.VARIABLE_END, VARIABLE_END);
                }
            }
        }
        add(Kind.END, "");
    }

    private int nextTag() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    /** Adds the text up to a tag, less the white space that belongs to the tag. */
    private void textBefore(int tag, char sign, boolean variable) {
        String text = source.substring(at, tag);
        if (sign == '-') {
            data(text.substring(0, lengthWithoutSpace(text)));
        } else if (sign != '+' && !variable) {
            int lineStart = text.lastIndexOf('\n') + 1;
            boolean blank = lengthWithoutSpace(text) <= lineStart && (lineStart > 0 || lineStarts);
            data(blank ? text.substring(0, lineStart) : text);
        } else {
            data(text);
        }
        skipTo(tag);
    }

    private static int lengthWithoutSpace(String text) {
        int end = text.length();
        while (end > 0 && PythonString.isSpace(text.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Kind.DATA, text);
        }
    }

    private void raw() {
        Matcher end = matcher(RAW_END, at);
        if (!end.find()) {
            throw new JinjaException("{% raw %} has no {% endraw %}");
        }
        char sign = end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0);
        textBefore(end.start(), sign, false);
        endTag(end);
    }

    private void comment() {
        Matcher end = matcher(COMMENT_END, at);
        if (!end.find()) {
            throw new JinjaException("the comment has no end");
        }
        endTag(end);
    }

    private void tag(Kind begin, Kind end, Pattern endPattern) {
        add(begin, "");
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            Matcher close = matcher(endPattern, at);
            if (open.isEmpty() && close.lookingAt()) {
                add(end, "");
                endTag(close);
                return;
            }
            if (at >= source.length()) {
                throw new JinjaException("the tag has no end");
            }
            if (PythonString.isSpace(source.charAt(at))) {
                skipTo(at + 1);
            } else {
                expressionToken(open);
            }
        }
    }

    private void expressionToken(Deque<Character> open) {
        char c = source.charAt(at);
        Matcher number = matcher(NUMBER, at);
        Matcher name = matcher(NAME, at);
        Matcher operator = matcher(OPERATOR, at);
        if (c == '\'' || c == '"') {
            string(c);
        } else if (number.lookingAt()) {
            String digits = number.group().replace("_", "");
            boolean real = digits.contains(".") || !digits.startsWith("0x") && digits.matches("\\d+[eE].*");
            boolean afterDot = !tokens.isEmpty() && tokens.getLast().isOperator(".");
            if (real && afterDot) {
                digits = digits.substring(0, digits.indexOf('.') < 0 ? 1 : digits.indexOf('.'));
                add(Kind.INTEGER, digits);
                skipTo(at + digits.length());
            } else {
                add(real ? Kind.FLOAT : Kind.INTEGER, digits);
                skipTo(number.end());
            }
        } else if (name.lookingAt()) {
            add(Kind.NAME, name.group());
            skipTo(name.end());
        } else if (operator.lookingAt()) {
            balance(operator.group().charAt(0), open);
            add(Kind.OPERATOR, operator.group());
            skipTo(operator.end());
        } else {
            throw new JinjaException("unexpected character '" + c + "'");
        }
    }

    private static void balance(char operator, Deque<Character> open) {
        switch (operator) {
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '{' -> open.push('}');
            case ')', ']', '}' -> {
                if (open.isEmpty() || open.pop() != operator) {
                    throw new JinjaException("unexpected '" + operator + "'");
                }
            }
            default -> {}
        }
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new JinjaException("the string has no end");
        }
        add(Kind.STRING, PythonString.unescape(source.substring(at + 1, end)));
        skipTo(end + 1);
    }

    private Matcher matcher(Pattern pattern, int from) {
        return pattern.matcher(source).region(from, source.length());
    }

    private void endTag(Matcher end) {
        lineStarts = end.group().endsWith("\n");
        skipTo(end.end());
    }

    private void skipTo(int position) {
        for (; at < position; at++) {
            if (source.charAt(at) == '\n') {
                line++;
            }
        }
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }
}
