package dev.loupe.engine.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The methods of dict, list and tuple that change nothing; the others fail, as in a sandbox. */
final class CollectionMethods {
    private CollectionMethods() {}

    static Callable find(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> (arguments, scope) -> items(map, scope.budget());
            case "keys" -> (arguments, scope) -> new ArrayList<Object>(map.keySet());
            case "values" -> (arguments, scope) -> new ArrayList<Object>(map.values());
            case "get" ->
                (arguments, scope) -> {
                    Arguments.Bound bound = arguments.bind("key", "default");
                    Object key = bound.required("key");
                    return Comparison.isKey(key) && map.containsKey(key) ? map.get(key) : bound.get("default", null);
                };
            case "copy" ->
                (arguments, scope) -> {
                    scope.budget().spend(map.size());
                    return new LinkedHashMap<Object, Object>(map);
                };
            case "clear", "pop", "popitem", "setdefault", "update" -> changing("dict", name);
            default -> null;
        };
    }

    static Callable find(List<?> list, String name) {
        return switch (name) {
            case "count" ->
                (arguments, scope) -> list.stream()
                        .filter(element -> Comparison.equal(element, arguments.required(0)))
                        .count();
            case "index" ->
                (arguments, scope) -> {
                    for (int i = 0; i < list.size(); i++) {
                        if (Comparison.equal(list.get(i), arguments.required(0))) {
                            return (long) i;
                        }
                    }
                    throw new JinjaException("the list does not hold what 'index' looks for");
                };
            case "copy" ->
                list instanceof Tuple
                        ? null
                        : (arguments, scope) -> {
                            scope.budget().spend(list.size());
                            return new ArrayList<Object>(list);
                        };
            case "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort" ->
                list instanceof Tuple ? null : changing("list", name);
            default -> null;
        };
    }

    /** Pairs of key and value. */
    static List<Object> items(Map<?, ?> map, Budget budget) {
        budget.spend(map.size());
        List<Object> items = new ArrayList<>();
        map.forEach((key, value) -> items.add(Tuple.of(key, value)));
        return items;
    }

    private static Callable changing(String type, String name) {
        return (arguments, scope) -> {
            throw new JinjaException("the method '" + name + "' of " + type + " changes it, which a template must not");
        };
    }
}
