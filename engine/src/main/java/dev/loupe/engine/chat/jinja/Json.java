package dev.loupe.engine.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes JSON as Python's {@code json.dumps}.
 *
 * @param indent of a level, or null for one line
 * @param item between elements
 * @param key between a key and its value
 */
record Json(boolean ascii, String indent, String item, String key, boolean sorted, Budget budget) {
    String write(Object value) {
        StringBuilder json = new StringBuilder();
        write(value, "\n", json);
        return json.toString();
    }

    private void write(Object value, String lineStart, StringBuilder json) {
        budget.spend(1);
        switch (value) {
            case null -> json.append("null");
            case Boolean b -> json.append(b);
            case Long n -> json.append(n);
            case Double d -> json.append(number(d));
            case String s -> quote(s, json);
            case Markup markup -> quote(markup.text(), json);
            case List<?> list -> {
                List<Runnable> elements = new ArrayList<>();
                list.forEach(element -> elements.add(() -> write(element, inner(lineStart), json)));
                block('[', elements, ']', lineStart, json);
            }
            case Map<?, ?> map -> {
                List<Runnable> elements = new ArrayList<>();
                List<Object> keys = new ArrayList<>(map.keySet());
                if (sorted) {
                    keys.sort(Comparison::compare);
                }
                keys.forEach(name -> elements.add(() -> {
                    quote(name(name), json);
                    json.append(key);
                    write(map.get(name), inner(lineStart), json);
                }));
                block('{', elements, '}', lineStart, json);
            }
            default ->
                throw new JinjaException("an object of type " + Values.type(value) + " is not JSON serializable");
        }
    }

    private String inner(String lineStart) {
        return indent == null ? lineStart : lineStart + indent;
    }

    private void block(char open, List<Runnable> elements, char close, String lineStart, StringBuilder json) {
        json.append(open);
        for (int i = 0; i < elements.size(); i++) {
            json.append(i == 0 ? "" : item);
            if (indent != null) {
                json.append(budget.text(inner(lineStart)));
            }
            elements.get(i).run();
        }
        json.append(indent != null && !elements.isEmpty() ? lineStart : "").append(close);
    }

    private static String number(double value) {
        return Double.isNaN(value)
                ? "NaN"
                : Double.isInfinite(value) ? (value > 0 ? "Infinity" : "-Infinity") : Numbers.text(value);
    }

    private static String name(Object key) {
        return switch (key) {
            case String s -> s;
            case null -> "null";
            case Boolean b -> b.toString();
            case Long n -> n.toString();
            case Double d -> number(d);
            default -> throw new JinjaException("a key of type " + Values.type(key) + " is not JSON serializable");
        };
    }

    private void quote(String text, StringBuilder json) {
        budget.spend(text.length());
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                default -> {
                    if (c < ' ' || ascii && c > '~') {
                        json.append("\\u%04x".formatted((int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
