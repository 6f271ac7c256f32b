package dev.loupe.engine.chat.jinja;

import java.util.List;
import java.util.Map;

/** The tests by name: {@code value is name(arguments)}. */
final class Tests {
    private Tests() {}

    static boolean apply(String name, Object tested, Arguments arguments, Scope scope) {
        scope.budget().spend(1);
        Object value = Markup.plain(tested);
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == null;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "number" -> Numbers.isNumber(value);
            case "string" -> value instanceof String;
            case "mapping" -> value instanceof Map;
            case "sequence" ->
                value instanceof List || value instanceof String || value instanceof Map || value instanceof Undefined;
            case "iterable" -> Values.isIterable(value);
            case "callable" -> value instanceof Callable;
            case "odd" -> remainder(value, 2) == 1;
            case "even" -> remainder(value, 2) == 0;
            case "divisibleby" -> remainder(value, Values.integer(arguments.required(0))) == 0;
            case "lower" -> StringMethods.isLower(Values.text(value));
            case "upper" -> StringMethods.isUpper(Values.text(value));
            case "sameas" -> same(value, arguments.required(0));
            case "in" -> Comparison.contains(arguments.required(0), value);
            case "escaped" -> tested instanceof Markup;
            case "filter" -> value instanceof String filter && Filters.exists(filter);
            case "eq", "equalto", "==" -> Comparison.equal(value, arguments.required(0));
            case "ne", "!=" -> !Comparison.equal(value, arguments.required(0));
            case "gt", "greaterthan", ">" -> Comparison.compare(value, arguments.required(0)) > 0;
            case "ge", ">=" -> Comparison.compare(value, arguments.required(0)) >= 0;
            case "lt", "lessthan", "<" -> Comparison.compare(value, arguments.required(0)) < 0;
            case "le", "<=" -> Comparison.compare(value, arguments.required(0)) <= 0;
            default -> throw new JinjaException("there is no test '" + name + "'");
        };
    }

    private static long remainder(Object value, int divisor) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (value instanceof Long || value instanceof Boolean) {
            return Numbers.whole(Numbers.calculate("%", value, (long) divisor));
        }
        throw new JinjaException("needs an integer, not " + Values.type(value));
    }

    private static boolean same(Object a, Object b) {
        return a == b || a instanceof Boolean && a.equals(b);
    }
}
