package dev.loupe.engine.chat.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Filters on sequences and dicts. */
final class SequenceFilters {
    static final Map<String, Filters.Filter> ALL = Map.ofEntries(
            Map.entry("list", (value, arguments, scope) -> new ArrayList<>(paid(value, scope))),
            Map.entry("items", (value, arguments, scope) -> new Generator(Filters.items(value, scope.budget()))),
            Map.entry("first", (value, arguments, scope) -> end(paid(value, scope), true)),
            Map.entry("last", (value, arguments, scope) -> end(paid(value, scope), false)),
            Map.entry("reverse", SequenceFilters::reverse),
            Map.entry("join", SequenceFilters::join),
            Map.entry("sum", SequenceFilters::sum),
            Map.entry("min", (value, arguments, scope) -> extreme(value, arguments, scope, 1)),
            Map.entry("max", (value, arguments, scope) -> extreme(value, arguments, scope, -1)),
            Map.entry("sort", SequenceFilters::sort),
            Map.entry("dictsort", SequenceFilters::dictsort),
            Map.entry("unique", SequenceFilters::unique),
            Map.entry("groupby", SequenceFilters::groupby),
            Map.entry("batch", SequenceFilters::batch),
            Map.entry("slice", SequenceFilters::slice),
            Map.entry("map", SequenceFilters::map),
            Map.entry("select", (value, arguments, scope) -> select(value, arguments, scope, false, true)),
            Map.entry("reject", (value, arguments, scope) -> select(value, arguments, scope, false, false)),
            Map.entry("selectattr", (value, arguments, scope) -> select(value, arguments, scope, true, true)),
            Map.entry("rejectattr", (value, arguments, scope) -> select(value, arguments, scope, true, false)));

    private SequenceFilters() {}

    /** The elements, paid for. */
    private static List<Object> paid(Object value, Scope scope) {
        List<Object> elements = Values.list(value);
        scope.budget().spend(1 + elements.size());
        return elements;
    }

    private static Object end(List<Object> elements, boolean first) {
        if (elements.isEmpty()) {
            return new Undefined("the sequence is empty");
        }
        return first ? elements.getFirst() : elements.getLast();
    }

    private static Object reverse(Object value, Arguments arguments, Scope scope) {
        if (value instanceof String text) {
            scope.budget().spend(text.length());
            return new StringBuilder(text).reverse().toString();
        }
        return new Generator(paid(value, scope).reversed());
    }

    private static Object join(Object value, Arguments arguments, Scope scope) {
        Arguments.Bound bound = arguments.bind("d", "attribute");
        Function<Object, Object> key = attribute(bound.get("attribute", null));
        List<Object> texts = new ArrayList<>();
        for (Object element : paid(value, scope)) {
            texts.add(Values.text(key.apply(element)));
        }
        return StringMethods.join(bound.text("d", ""), texts, scope.budget());
    }

    private static Object sum(Object value, Arguments arguments, Scope scope) {
        Arguments.Bound bound = arguments.bind("attribute", "start");
        Function<Object, Object> key = attribute(bound.get("attribute", null));
        Object sum = bound.get("start", 0L);
        for (Object element : paid(value, scope)) {
            sum = Operations.binary("+", sum, key.apply(element), scope.budget());
        }
        return sum;
    }

    private static Object extreme(Object value, Arguments arguments, Scope scope, int sign) {
        Arguments.Bound bound = arguments.bind("case_sensitive", "attribute");
        Comparator<Object> order = order(bound);
        Object extreme = new Undefined("the sequence is empty");
        for (Object element : paid(value, scope)) {
            if (extreme instanceof Undefined || sign * order.compare(element, extreme) < 0) {
                extreme = element;
            }
        }
        return extreme;
    }

    private static Object sort(Object value, Arguments arguments, Scope scope) {
        Arguments.Bound bound = arguments.bind("reverse", "case_sensitive", "attribute");
        return sorted(paid(value, scope), order(bound), bound.flag("reverse"));
    }

    private static Object dictsort(Object value, Arguments arguments, Scope scope) {
        Arguments.Bound bound = arguments.bind("case_sensitive", "by", "reverse");
        int part = bound.text("by", "key").equals("value") ? 1 : 0;
        Function<Object, Object> key = folded((Object pair) -> ((Tuple) pair).get(part), bound.flag("case_sensitive"));
        List<Object> items = Filters.items(value, scope.budget());
        return sorted(items, (a, b) -> Comparison.compare(key.apply(a), key.apply(b)), bound.flag("reverse"));
    }

    private static List<Object> sorted(List<Object> elements, Comparator<Object> order, boolean reverse) {
        List<Object> sorted = new ArrayList<>(elements);
        try {
            sorted.sort(reverse ? Collections.reverseOrder(order) : order);
        } catch (IllegalArgumentException e) {
            throw new JinjaException("the elements have no order");
        }
        return sorted;
    }

    /** By one attribute or several, separated by commas. */
    private static Comparator<Object> order(Arguments.Bound bound) {
        List<Function<Object, Object>> keys = new ArrayList<>();
        boolean caseSensitive = bound.flag("case_sensitive");
        if (bound.get("attribute", null) instanceof String names) {
            for (String name : names.split(",")) {
                keys.add(folded(attribute(name), caseSensitive));
            }
        } else {
            keys.add(folded(attribute(bound.get("attribute", null)), caseSensitive));
        }
        return (a, b) -> {
            int order = 0;
            for (int i = 0; i < keys.size() && order == 0; i++) {
                order = Comparison.compare(keys.get(i).apply(a), keys.get(i).apply(b));
            }
            return order;
        };
    }

    private static Object unique(Object value, Arguments arguments, Scope scope) {
        Arguments.Bound bound = arguments.bind("case_sensitive", "attribute");
        Function<Object, Object> key = folded(attribute(bound.get("attribute", null)), bound.flag("case_sensitive"));
        List<Object> unique = new ArrayList<>();
        List<Object> seen = new ArrayList<>();
        for (Object element : paid(value, scope)) {
            Object found = key.apply(element);
            scope.budget().spend(seen.size());
            if (!Comparison.contains(seen, found)) {
                seen.add(found);
                unique.add(element);
            }
        }
        return new Generator(unique);
    }

    private static Object groupby(Object value, Arguments arguments, Scope scope) {
        Arguments.Bound bound = arguments.bind("attribute", "default", "case_sensitive");
        Function<Object, Object> plain = attribute(bound.required("attribute"), bound.get("default", null));
        Function<Object, Object> key = folded(plain, bound.flag("case_sensitive"));
        List<Object> sorted =
                sorted(paid(value, scope), (a, b) -> Comparison.compare(key.apply(a), key.apply(b)), false);
        List<Object> groups = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= sorted.size(); i++) {
            if (i == sorted.size() || !Comparison.equal(key.apply(sorted.get(i)), key.apply(sorted.get(start)))) {
                List<Object> group = new ArrayList<>(sorted.subList(start, i));
                groups.add(Tuple.named(List.of("grouper", "list"), plain.apply(group.getFirst()), group));
                start = i;
            }
        }
        return groups;
    }

    private static Object batch(Object value, Arguments arguments, Scope scope) {
        Arguments.Bound bound = arguments.bind("linecount", "fill_with");
        int size = Math.max(1, Values.integer(bound.required("linecount")));
        List<Object> elements = paid(value, scope);
        List<Object> batches = new ArrayList<>();
        for (int i = 0; i < elements.size(); i += size) {
            List<Object> batch = new ArrayList<>(elements.subList(i, Math.min(elements.size(), i + size)));
            Object fill = bound.get("fill_with", null);
            scope.budget().spend(fill == null ? 0 : size);
            while (fill != null && batch.size() < size) {
                batch.add(fill);
            }
            batches.add(batch);
        }
        return new Generator(batches);
    }

    private static Object slice(Object value, Arguments arguments, Scope scope) {
        Arguments.Bound bound = arguments.bind("slices", "fill_with");
        int slices = Math.max(1, Values.integer(bound.required("slices")));
        scope.budget().spend(slices);
        List<Object> elements = paid(value, scope);
        List<Object> sliced = new ArrayList<>();
        int longer = elements.size() % slices;
        int start = 0;
        for (int i = 0; i < slices; i++) {
            int end = start + elements.size() / slices + (i < longer ? 1 : 0);
            List<Object> slice = new ArrayList<>(elements.subList(start, end));
            if (bound.get("fill_with", null) != null && i >= longer) {
                slice.add(bound.get("fill_with", null));
            }
            sliced.add(slice);
            start = end;
        }
        return new Generator(sliced);
    }

    private static Object map(Object value, Arguments arguments, Scope scope) {
        List<Object> mapped = new ArrayList<>();
        if (arguments.positional().isEmpty()) {
            Arguments.Bound bound = arguments.bind("attribute", "default");
            Function<Object, Object> key = attribute(bound.required("attribute"), bound.get("default", null));
            paid(value, scope).forEach(element -> mapped.add(key.apply(element)));
        } else {
            String filter = Values.text(arguments.required(0));
            Arguments rest = arguments.from(1);
            paid(value, scope).forEach(element -> mapped.add(Filters.apply(filter, element, rest, scope)));
        }
        return new Generator(mapped);
    }

    private static Object select(Object value, Arguments arguments, Scope scope, boolean byAttribute, boolean wanted) {
        List<Object> selected = new ArrayList<>();
        Function<Object, Object> key = byAttribute ? attribute(arguments.required(0)) : element -> element;
        Arguments rest = arguments.from(byAttribute ? 1 : 0);
        List<Object> elements = Values.truth(value) ? paid(value, scope) : List.of();
        for (Object element : elements) {
            Object tested = key.apply(element);
            boolean holds = rest.positional().isEmpty()
                    ? Values.truth(tested)
                    : Tests.apply(Values.text(rest.required(0)), tested, rest.from(1), scope);
            if (holds == wanted) {
                selected.add(element);
            }
        }
        return new Generator(selected);
    }

    private static Function<Object, Object> folded(Function<Object, Object> key, boolean caseSensitive) {
        return element -> {
            Object value = key.apply(element);
            return !caseSensitive && value instanceof String text ? text.toLowerCase(Locale.ROOT) : value;
        };
    }

    private static Function<Object, Object> attribute(Object name) {
        return attribute(name, null);
    }

    /** Reads an attribute, also of attributes ("function.name") and by position ("0"). */
    private static Function<Object, Object> attribute(Object name, Object absent) {
        if (name == null) {
            return element -> element;
        }
        List<Object> path = new ArrayList<>();
        if (name instanceof String dotted) {
            for (String part : dotted.split("\\.")) {
                path.add(part.matches("\\d{1,9}") ? (Object) Long.valueOf(part) : part);
            }
        } else {
            path.add(name);
        }
        return element -> {
            Object value = element;
            for (Object part : path) {
                value = Members.item(value, part);
                value = value instanceof Undefined && absent != null ? absent : value;
            }
            return value;
        };
    }
}
