package dev.loupe.engine.chat.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Python's rules for values: truth, text, iteration ({@link Comparison} has equality and order).
 *
 * <p>Invariant: values are null (None), {@link Undefined}, Boolean, Long, Double, String, List, {@link Tuple}, Map,
 * {@link Generator}, {@link Attributed} and {@link Callable}; {@link #of} brings others into this form.
 */
final class Values {
    private Values() {}

    /** A copy of a value from Java, in the form of the invariant. */
    static Object of(Object value) {
        return switch (value) {
            case null -> null;
            case Boolean b -> b;
            case String s -> s;
            case Float f -> f.doubleValue();
            case Double d -> d;
            case Number n -> n.longValue();
            case Map<?, ?> map -> {
                Map<Object, Object> copy = new LinkedHashMap<>();
                map.forEach((key, element) -> copy.put(of(key), of(element)));
                yield copy;
            }
            case Iterable<?> elements -> {
                List<Object> copy = new ArrayList<>();
                elements.forEach(element -> copy.add(of(element)));
                yield copy;
            }
            default -> value.toString();
        };
    }

    /** Characters and elements in a value. */
    static long size(Object value) {
        return switch (value) {
            case String s -> s.length() + 1;
            case Map<?, ?> map -> {
                long sum = 1;
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    sum += size(entry.getKey()) + size(entry.getValue());
                }
                yield sum;
            }
            case List<?> list -> {
                long sum = 1;
                for (Object element : list) {
                    sum += size(element);
                }
                yield sum;
            }
            case null, default -> 1;
        };
    }

    static boolean truth(Object value) {
        return switch (value) {
            case null -> false;
            case Undefined undefined -> false;
            case Boolean b -> b;
            case Long n -> n != 0;
            case Double d -> d != 0;
            case String s -> !s.isEmpty();
            case Markup markup -> !markup.text().isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> true;
        };
    }

    /** The name of a value's Python type. */
    static String type(Object value) {
        return switch (value) {
            case null -> "None";
            case Undefined undefined -> "Undefined";
            case Boolean b -> "bool";
            case Long n -> "int";
            case Double d -> "float";
            case String s -> "str";
            case Markup markup -> "Markup";
            case Tuple tuple -> "tuple";
            case List<?> list -> "list";
            case Map<?, ?> map -> "dict";
            case Generator generator -> "generator";
            case Namespace namespace -> "Namespace";
            default -> "function";
        };
    }

    /** Python's {@code str}. */
    static String text(Object value) {
        return switch (value) {
            case String s -> s;
            case Markup markup -> markup.text();
            case Undefined undefined -> "";
            case null, default -> Repr.of(value);
        };
    }

    /** The elements of a value: keys of a dict, characters of a string. A generator is read to its end. */
    static List<Object> list(Object value) {
        return switch (value) {
            case Undefined undefined -> List.of();
            case List<?> list -> Collections.unmodifiableList(list);
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case String text ->
                text.codePoints()
                        .mapToObj(Character::toString)
                        .map(Object.class::cast)
                        .toList();
            case Generator generator -> {
                List<Object> elements = new ArrayList<>();
                generator.forEach(elements::add);
                yield elements;
            }
            case null, default -> throw new JinjaException("'" + type(value) + "' object is not iterable");
        };
    }

    static boolean isIterable(Object value) {
        return value instanceof Undefined
                || value instanceof Iterable
                || value instanceof Map
                || value instanceof String;
    }

    static long length(Object value) {
        return switch (value) {
            case Undefined undefined -> 0;
            case String text -> PythonString.length(text);
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case null, default -> throw new JinjaException("object of type '" + type(value) + "' has no len()");
        };
    }

    static int integer(Object value) {
        return switch (value) {
            case Boolean b -> b ? 1 : 0;
            case Long n when n == n.intValue() -> n.intValue();
            case null, default -> throw new JinjaException("needs an integer, not " + type(value));
        };
    }
}
