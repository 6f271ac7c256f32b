package dev.loupe.kernel.notebook;

import dev.loupe.kernel.view.View;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of a cell: its parts in order, until one fails or the user stops it.
 *
 * <p>Invariant: a variable that a stopped magic was to fill is filled if the magic has a partial result.
 */
final class CellRun {
    private static final Pattern EXPRESSION = Pattern.compile("\\$([\\p{L}_][\\p{L}\\p{N}_]*)|\\{([^{}\\n]+)}");
    private static final Pattern NAME = Pattern.compile("(?<![\\p{L}\\p{N}_.\"])[\\p{L}_][\\p{L}\\p{N}_]*");

    private final LoupeKernel kernel;
    private final JavaSession java;

    CellRun(LoupeKernel kernel, JavaSession java) {
        this.kernel = kernel;
        this.java = java;
    }

    /** Returns the last part's value if it is to be shown. */
    Object run(String code) {
        var pending = new StringBuilder();
        Object value = null;
        for (CellCode.Part part : CellCode.of(code)) {
            if (java.stopRequested()) {
                break;
            }
            switch (part) {
                case CellCode.Java text -> pending.append(text.text());
                case CellCode.Magic magic
                when magic.nested() -> pending.append(Held.nested(magic, expressions(magic.arguments(), code)));
                case CellCode.Magic magic -> {
                    value = flush(pending);
                    if (!java.stopRequested()) {
                        value = line(magic);
                    }
                }
                case CellCode.Body body -> value = kernel.cellMagic(body.name(), fill(body.arguments()), body.body());
            }
        }
        if (!pending.isEmpty() && !pending.toString().isBlank()) {
            value = flush(pending);
        }
        if (java.wasCutShort()) {
            kernel.show(View.note("Stopped; the rest of the cell did not run."));
        }
        return value;
    }

    private Object flush(StringBuilder pending) {
        Object value = java.eval(pending.toString());
        pending.setLength(0);
        return value;
    }

    private Object line(CellCode.Magic magic) {
        Object value = kernel.magic(magic.name(), fill(magic.arguments()));
        if (magic.target().isEmpty()) {
            return value;
        }
        if (value == null) {
            throw new CellException(
                    "%%%s gives no value; run it without '%s ='.".formatted(magic.name(), magic.target()));
        }
        java.define(Held.assign(magic.target(), value));
        return null;
    }

    private String fill(String line) {
        return Interpolation.fill(line, expression -> java.typeOf(expression).isPresent(), java::valueOf);
    }

    /** What a magic within braces takes from around it: expressions whose names the cell or the session knows. */
    private List<String> expressions(String line, String code) {
        String around = code.replace(line, "");
        var found = new LinkedHashSet<String>();
        Matcher place = EXPRESSION.matcher(line);
        while (place.find()) {
            String expression = place.group(1) != null ? place.group(1) : place.group(2);
            boolean known = NAME.matcher(expression)
                    .results()
                    .allMatch(name -> Pattern.compile("\\b" + Pattern.quote(name.group()) + "\\b")
                            .matcher(around)
                            .find());
            if (known || java.typeOf(expression).isPresent()) {
                found.add(expression);
            }
        }
        return List.copyOf(found);
    }
}
