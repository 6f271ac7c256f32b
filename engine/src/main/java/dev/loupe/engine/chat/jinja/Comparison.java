package dev.loupe.engine.chat.jinja;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Python's equality, order and membership.
 *
 * <p>Invariant: a comparison looks at a bounded number of elements, also where a value holds another many times over.
 */
final class Comparison {
    private static final int MOST_ELEMENTS = 10_000_000;

    private int elements;

    private Comparison() {}

    static boolean equal(Object a, Object b) {
        return new Comparison().areEqual(a, b);
    }

    /** Negative, zero or positive; values without an order fail. */
    static int compare(Object a, Object b) {
        return new Comparison().order(a, b);
    }

    static boolean contains(Object container, Object value) {
        return switch (container) {
            case String text -> {
                if (value instanceof String part) {
                    yield text.contains(part);
                }
                throw new JinjaException("'in' a string needs a string, not " + Values.type(value));
            }
            case Map<?, ?> map -> isKey(value) && map.containsKey(value);
            case null, default ->
                Values.list(container).stream().anyMatch(element -> equal(Markup.plain(element), value));
        };
    }

    /** Whether a dict can have the value as a key. */
    static boolean isKey(Object value) {
        return value instanceof Tuple tuple
                ? tuple.stream().noneMatch(List.class::isInstance)
                        && tuple.stream().allMatch(Comparison::isKey)
                : !(value instanceof List) && !(value instanceof Map);
    }

    private boolean areEqual(Object a, Object b) {
        if (++elements > MOST_ELEMENTS) {
            throw new JinjaException("values are too large to be compared");
        }
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return Numbers.compare(a, b) == 0;
        }
        if (a instanceof Undefined && b instanceof Undefined) {
            return true;
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            boolean equal = x.size() == y.size() && x instanceof Tuple == y instanceof Tuple;
            for (int i = 0; equal && i < x.size(); i++) {
                equal = areEqual(x.get(i), y.get(i));
            }
            return equal;
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            boolean equal = x.size() == y.size();
            for (Map.Entry<?, ?> entry : x.entrySet()) {
                equal = equal && y.containsKey(entry.getKey()) && areEqual(entry.getValue(), y.get(entry.getKey()));
            }
            return equal;
        }
        return Objects.equals(a, b);
    }

    private int order(Object a, Object b) {
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return Numbers.compare(a, b);
        }
        if (a instanceof String x && b instanceof String y) {
            return order(x, y);
        }
        if (a instanceof List<?> x && b instanceof List<?> y && x instanceof Tuple == y instanceof Tuple) {
            for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
                if (!areEqual(x.get(i), y.get(i))) {
                    return order(x.get(i), y.get(i));
                }
            }
            return Integer.compare(x.size(), y.size());
        }
        if (a instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (b instanceof Undefined undefined) {
            throw undefined.failure();
        }
        throw new JinjaException("'" + Values.type(a) + "' and '" + Values.type(b) + "' have no order");
    }

    /** By code point. */
    private static int order(String a, String b) {
        int at = 0;
        while (at < a.length() && at < b.length() && a.charAt(at) == b.charAt(at)) {
            at++;
        }
        if (at == a.length() || at == b.length()) {
            return Integer.compare(a.length(), b.length());
        }
        return Integer.compare(a.codePointAt(at), b.codePointAt(at));
    }
}
