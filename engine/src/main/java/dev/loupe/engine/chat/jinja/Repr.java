package dev.loupe.engine.chat.jinja;

import java.util.List;
import java.util.Map;

/**
 * Writes a value as Python's {@code repr}.
 *
 * <p>Invariant: the text is bounded, also where a value holds another many times over.
 */
final class Repr {
    private static final int LONGEST = 20_000_000;

    private final StringBuilder text = new StringBuilder();

    private Repr() {}

    static String of(Object value) {
        Repr repr = new Repr();
        repr.write(value);
        return repr.text.toString();
    }

    private void write(Object value) {
        if (text.length() > LONGEST) {
            throw new JinjaException("a value is too long to be written as text");
        }
        switch (value) {
            case null -> text.append("None");
            case Undefined undefined -> text.append("Undefined");
            case Boolean b -> text.append(b ? "True" : "False");
            case Long n -> text.append(n);
            case Double d -> text.append(Numbers.text(d));
            case String s -> text.append(PythonString.repr(s));
            case Markup markup ->
                text.append("Markup(").append(PythonString.repr(markup.text())).append(')');
            case Tuple tuple -> {
                text.append('(');
                elements(tuple);
                text.append(tuple.size() == 1 ? ",)" : ")");
            }
            case List<?> list -> {
                text.append('[');
                elements(list);
                text.append(']');
            }
            case Map<?, ?> map -> {
                String separator = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    text.append(separator);
                    separator = ", ";
                    write(entry.getKey());
                    text.append(": ");
                    write(entry.getValue());
                }
                text.append(map.isEmpty() ? "{}" : "}");
            }
            default -> throw new JinjaException("a " + Values.type(value) + " cannot be written as text");
        }
    }

    private void elements(List<?> list) {
        String separator = "";
        for (Object element : list) {
            text.append(separator);
            separator = ", ";
            write(element);
        }
    }
}
