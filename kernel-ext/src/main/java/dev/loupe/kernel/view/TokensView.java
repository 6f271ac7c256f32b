package dev.loupe.kernel.view;

import dev.loupe.Tokens;
import dev.loupe.Tokens.Kind;
import dev.loupe.Tokens.Token;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How {@link Tokens} look: each over its id, in two tints by turns that people tell apart whatever their colour vision
 * (Okabe and Ito's blue and orange), special ones framed.
 *
 * <p>Invariant: what a terminal or page would not show, or would obey, is written out: spaces, breaks, controls.
 */
public final class TokensView {
    private static final int MOST_TOKENS = 1_000;
    private static final int LONGEST_PIECE = 100;
    private static final int LINE = 100;
    private static final String BOX = "<span style=\"display:inline-block;margin:1px;padding:0 3px;border-radius:3px;"
            + "text-align:center;font-family:monospace;%s\">%s<br>"
            + "<span style=\"opacity:0.65;font-size:70%%\">%d</span></span>";
    private static final List<String> TINTS =
            List.of("background-color:rgba(0,114,178,0.22)", "background-color:rgba(230,159,0,0.22)");
    private static final String FRAME = "border:2px solid rgba(127,127,127,0.9);font-weight:bold";

    private TokensView() {}

    /** The tokens of one model. */
    public static View of(Tokens tokens) {
        return View.column(View.text(summary(tokens)), boxes(tokens.tokens()), notes(tokens));
    }

    /** Of several models, with a table of their counts. */
    public static View of(List<Tokens> models) {
        var grid = new Grid("model", "tokens", "special", "characters", "characters/token", "vocabulary");
        models.forEach(
                t -> grid.row(t.model(), t.tokens().size(), t.special(), t.characters(), perToken(t), t.vocabulary()));
        View sideBySide = new View(
                models.stream().map(t -> "\n" + of(t).plain()).collect(Collectors.joining("\n")),
                models.stream()
                        .map(t -> "<td style=\"vertical-align:top;text-align:left;padding:0 1em 0 0\">%s</td>"
                                .formatted(of(t).html()))
                        .collect(Collectors.joining("", "<table><tr style=\"background:none\">", "</tr></table>")));
        return View.column(grid.view(), sideBySide);
    }

    private static String summary(Tokens t) {
        return "%s: %d tokens (%d special) for %d characters, %s characters a token that is not special"
                .formatted(t.model(), t.tokens().size(), t.special(), t.characters(), perToken(t));
    }

    private static String perToken(Tokens t) {
        return Double.isNaN(t.charactersPerToken()) ? "no" : Units.number(t.charactersPerToken());
    }

    private static View notes(Tokens t) {
        View read = View.note(
                switch (t.reading()) {
                    case CHAT -> "Chat template applied: the text is one user turn; BOS is the template's own.";
                    case SPECIAL -> "No template applied; special tokens in the text are parsed; " + bos(t);
                    case PLAIN -> "No template applied; special tokens in the text are text; " + bos(t);
                });
        View twice = t.doubleBos()
                ? View.text("Double BOS: the tokens begin with %s twice; leave it out of the text%s."
                        .formatted(
                                visible(t.tokens().getFirst().piece()),
                                t.addsBos() ? ", as the engine puts it there" : ""))
                : View.column();
        View cut = t.tokens().size() > MOST_TOKENS
                ? View.text("Cut: the first %d of %d tokens are shown; the value has them all."
                        .formatted(MOST_TOKENS, t.tokens().size()))
                : View.column();
        return View.column(cut, twice, read);
    }

    private static String bos(Tokens t) {
        return t.addsBos() ? "BOS added by the engine." : "no BOS added, as the model asks for none.";
    }

    private static View boxes(List<Token> all) {
        List<Token> shown = all.subList(0, Math.min(MOST_TOKENS, all.size()));
        var html = new StringBuilder("<div style=\"line-height:1.3\">");
        for (int i = 0; i < shown.size(); i++) {
            Token token = shown.get(i);
            html.append(BOX.formatted(look(token, i), View.escape(visible(token.piece())), token.id()));
            if (token.piece().endsWith("\n")) {
                html.append("<br>");
            }
        }
        return new View(plain(shown), html.append("</div>").toString());
    }

    private static String look(Token token, int index) {
        return token.kind() == Kind.SPECIAL ? FRAME : TINTS.get(index % TINTS.size());
    }

    /** Lines of pieces, each over a line of ids. */
    private static String plain(List<Token> shown) {
        var lines = new StringBuilder();
        var pieces = new StringBuilder();
        var ids = new StringBuilder();
        for (Token token : shown) {
            String piece = token.kind() == Kind.SPECIAL ? "[" + visible(token.piece()) + "]" : visible(token.piece());
            String id = Integer.toString(token.id());
            int width = Math.max(width(piece), id.length()) + 2;
            if (!ids.isEmpty() && ids.length() + width > LINE) {
                finish(lines, pieces, ids);
            }
            pieces.append(piece).repeat(" ", width - width(piece));
            ids.append(id).repeat(" ", width - id.length());
            if (token.piece().endsWith("\n")) {
                finish(lines, pieces, ids);
            }
        }
        finish(lines, pieces, ids);
        return lines.toString().stripTrailing();
    }

    private static void finish(StringBuilder lines, StringBuilder pieces, StringBuilder ids) {
        Stream.of(pieces, ids).forEach(line -> {
            lines.append(line.toString().stripTrailing()).append('\n');
            line.setLength(0);
        });
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /** A piece with nothing invisible in it. */
    static String visible(String piece) {
        int[] codePoints = piece.codePoints().limit(LONGEST_PIECE + 1L).toArray();
        String text = Arrays.stream(codePoints)
                .limit(LONGEST_PIECE)
                .mapToObj(TokensView::visible)
                .collect(Collectors.joining());
        return codePoints.length > LONGEST_PIECE ? text + "…" : text;
    }

    private static String visible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> c == '\n' ? "↵" : c == '\t' ? "⇥" : "<U+%04X>".formatted(c);
            case Character.SPACE_SEPARATOR -> c == ' ' ? "·" : "<U+%04X>".formatted(c);
            default -> Character.toString(c);
        };
    }
}
