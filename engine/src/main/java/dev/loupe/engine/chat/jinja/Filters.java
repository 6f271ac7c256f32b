package dev.loupe.engine.chat.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The filters by name: those of Jinja that are of use for text, and Hugging Face's {@code tojson}. */
final class Filters {
    private static final Map<String, Filter> BY_NAME = new HashMap<>();

    /** A filter: what it makes of a value. */
    interface Filter {
        Object apply(Object value, Arguments arguments, Scope scope);
    }

    static {
        BY_NAME.putAll(TextFilters.ALL);
        BY_NAME.putAll(SequenceFilters.ALL);
        BY_NAME.put("default", Filters::orDefault);
        BY_NAME.put("d", Filters::orDefault);
        BY_NAME.put("string", (value, arguments, scope) -> Values.text(value));
        BY_NAME.put("safe", (value, arguments, scope) -> new Markup(Values.text(value)));
        BY_NAME.put("e", (value, arguments, scope) -> Markup.escaped(value));
        BY_NAME.put("escape", (value, arguments, scope) -> Markup.escaped(value));
        BY_NAME.put("forceescape", (value, arguments, scope) -> Markup.escaped(Values.text(value)));
        BY_NAME.put("length", (value, arguments, scope) -> Values.length(value));
        BY_NAME.put("count", (value, arguments, scope) -> Values.length(value));
        BY_NAME.put("tojson", Filters::json);
        BY_NAME.put("int", Filters::integer);
        BY_NAME.put("float", Filters::real);
        BY_NAME.put("abs", Filters::absolute);
        BY_NAME.put("round", Filters::round);
        BY_NAME.put(
                "attr", (value, arguments, scope) -> Members.ownAttribute(value, Values.text(arguments.required(0))));
    }

    /** The filters that tell markup from a string; the others get a string. */
    private static final Set<String> ON_MARKUP = Set.of("safe", "e", "escape", "forceescape");

    private Filters() {}

    static boolean exists(String name) {
        return BY_NAME.containsKey(name);
    }

    static Object apply(String name, Object value, Arguments arguments, Scope scope) {
        Filter filter = BY_NAME.get(name);
        if (filter == null) {
            throw new JinjaException("there is no filter '" + name + "'");
        }
        scope.budget().spend(1);
        return filter.apply(ON_MARKUP.contains(name) ? value : Markup.plain(value), arguments, scope);
    }

    private static Object orDefault(Object value, Arguments arguments, Scope scope) {
        Arguments.Bound bound = arguments.bind("default_value", "boolean");
        boolean absent = value instanceof Undefined || bound.flag("boolean") && !Values.truth(value);
        return absent ? bound.get("default_value", "") : value;
    }

    private static Object json(Object value, Arguments arguments, Scope scope) {
        Arguments.Bound bound = arguments.bind("ensure_ascii", "indent", "separators", "sort_keys");
        Object indent = bound.get("indent", null);
        String step = switch (indent) {
            case null -> null;
            case String text -> text;
            default -> " ".repeat(Math.clamp(Values.integer(indent), 0, 1_000));
        };
        String item = step == null ? ", " : ",";
        String key = ": ";
        if (bound.get("separators", null) instanceof List<?> separators && separators.size() == 2) {
            item = Values.text(separators.get(0));
            key = Values.text(separators.get(1));
        }
        return new Json(bound.flag("ensure_ascii"), step, item, key, bound.flag("sort_keys"), scope.budget())
                .write(value);
    }

    private static Object integer(Object value, Arguments arguments, Scope scope) {
        Arguments.Bound bound = arguments.bind("default", "base");
        Object absent = bound.get("default", 0L);
        try {
            return switch (value) {
                case Boolean b -> Numbers.whole(b);
                case Long n -> n;
                case Double d -> (Object) d.longValue();
                case String text -> parse(text, bound.integer("base", 10));
                case null, default -> absent;
            };
        } catch (NumberFormatException e) {
            return absent;
        }
    }

    private static Object parse(String text, int base) {
        String digits = PythonString.strip(text, null, true, true).replace("_", "");
        if (digits.toLowerCase(Locale.ROOT).matches("[+-]?0[xob].*") && base != 10) {
            digits = digits.replaceFirst("0[xXoObB]", "");
        }
        try {
            return Long.parseLong(digits, base);
        } catch (NumberFormatException e) {
            return (Object) (long) Double.parseDouble(digits);
        }
    }

    private static Object real(Object value, Arguments arguments, Scope scope) {
        Object absent = arguments.bind("default").get("default", 0.0);
        try {
            return switch (value) {
                case String text -> (Object) Double.parseDouble(PythonString.strip(text, null, true, true));
                case null -> absent;
                default -> Numbers.isNumber(value) ? (Object) Numbers.real(value) : absent;
            };
        } catch (NumberFormatException e) {
            return absent;
        }
    }

    private static Object absolute(Object value, Arguments arguments, Scope scope) {
        if (!Numbers.isNumber(value)) {
            throw new JinjaException("'abs' needs a number, not " + Values.type(value));
        }
        return value instanceof Double d ? (Object) Math.abs(d) : (Object) Math.abs(Numbers.whole(value));
    }

    private static Object round(Object value, Arguments arguments, Scope scope) {
        Arguments.Bound bound = arguments.bind("precision", "method");
        if (!Numbers.isNumber(value)) {
            throw new JinjaException("'round' needs a number, not " + Values.type(value));
        }
        double number = Numbers.real(value);
        double unit = Math.pow(10, bound.integer("precision", 0));
        return switch (bound.text("method", "common")) {
            case "ceil" -> Math.ceil(number * unit) / unit;
            case "floor" -> Math.floor(number * unit) / unit;
            default ->
                new BigDecimal(number)
                        .setScale(bound.integer("precision", 0), RoundingMode.HALF_EVEN)
                        .doubleValue();
        };
    }

    /** The items of a dict, also of an undefined one. */
    static List<Object> items(Object value, Budget budget) {
        return switch (value) {
            case Undefined undefined -> new ArrayList<>();
            case Map<?, ?> map -> CollectionMethods.items(map, budget);
            case null, default -> throw new JinjaException("Can only get item pairs from a mapping.");
        };
    }
}
