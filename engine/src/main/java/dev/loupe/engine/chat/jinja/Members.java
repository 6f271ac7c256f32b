package dev.loupe.engine.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Attributes, items and slices of values. */
final class Members {
    private Members() {}

    /** A method or attribute, or else an item. */
    static Object attribute(Object object, String name) {
        Object own = ownAttribute(object, name);
        return own instanceof Undefined && object instanceof Map<?, ?> map && map.containsKey(name)
                ? map.get(name)
                : own;
    }

    /** A method or attribute. */
    static Object ownAttribute(Object object, String name) {
        if (object instanceof Attributed attributed) {
            return attributed.attribute(name);
        }
        Object method = method(object, name);
        return method != null ? method : Undefined.attribute(object, name);
    }

    static Object item(Object container, Object key) {
        Object object = Markup.plain(container);
        switch (object) {
            case Undefined undefined -> throw undefined.failure();
            case Map<?, ?> map
            when Comparison.isKey(key) && map.containsKey(key) -> {
                return map.get(key);
            }
            case List<?> list
            when key instanceof Long || key instanceof Boolean -> {
                long index = Numbers.whole(key);
                long i = index < 0 ? index + list.size() : index;
                return i >= 0 && i < list.size()
                        ? list.get((int) i)
                        : new Undefined(Values.type(object) + " object has no element " + index);
            }
            case String text
            when key instanceof Long || key instanceof Boolean -> {
                long index = Numbers.whole(key);
                int length = PythonString.length(text);
                long i = index < 0 ? index + length : index;
                return i >= 0 && i < length
                        ? PythonString.slice(text, (int) i, (int) i + 1)
                        : new Undefined("str object has no element " + index);
            }
            case null, default -> {}
        }
        if (key instanceof String name) {
            return attribute(object, name);
        }
        return new Undefined(Values.type(object) + " object has no element " + Values.text(key));
    }

    /** What every object of its kind has by this name, or null. */
    private static Object method(Object object, String name) {
        return switch (object) {
            case Undefined undefined -> throw undefined.failure();
            case String text -> StringMethods.find(text, name);
            case Markup markup -> StringMethods.find(markup.text(), name);
            case Map<?, ?> map -> CollectionMethods.find(map, name);
            case Tuple tuple when tuple.indexOfName(name) >= 0 -> tuple.get(tuple.indexOfName(name));
            case List<?> list -> CollectionMethods.find(list, name);
            case null, default -> null;
        };
    }

    static Object slice(Object sliced, Object start, Object stop, Object step, Budget budget) {
        Object object = Markup.plain(sliced);
        if (object instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!(object instanceof String) && !(object instanceof List<?>)) {
            return new Undefined(Values.type(object) + " object has no slices");
        }
        int length = (int) Values.length(object);
        int by = step == null ? 1 : Values.integer(step);
        if (by == 0) {
            throw new JinjaException("the slice step is zero");
        }
        int from = bound(start, by > 0 ? 0 : length - 1, length, by);
        int to = bound(stop, by > 0 ? length : -1, length, by);
        budget.spend(1 + Math.max(0L, ((long) to - from) / by));
        if (object instanceof String text && by == 1) {
            return PythonString.slice(text, from, to);
        }
        List<Object> elements = Values.list(object);
        List<Object> part = new ArrayList<>();
        for (long i = from; by > 0 ? i < to : i > to; i += by) {
            part.add(elements.get((int) i));
        }
        return switch (object) {
            case String text -> String.join("", part.stream().map(Values::text).toList());
            case Tuple tuple -> Tuple.of(part);
            default -> part;
        };
    }

    private static int bound(Object index, int absent, int length, int step) {
        if (index == null) {
            return absent;
        }
        long i = Values.integer(index);
        if (i < 0) {
            i += length;
        }
        return (int) Math.clamp(i, step > 0 ? 0 : -1, step > 0 ? length : length - 1);
    }
}
