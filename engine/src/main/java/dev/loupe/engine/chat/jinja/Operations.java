package dev.loupe.engine.chat.jinja;

import java.util.ArrayList;
import java.util.List;

/** The binary operators of expressions. */
final class Operations {
    private Operations() {}

    static Object binary(String operator, Object a, Object b, Budget budget) {
        if (operator.equals("+") && (a instanceof Markup && isText(b) || b instanceof Markup && isText(a))) {
            return new Markup(budget.text(Markup.escaped(a).text())
                    + budget.text(Markup.escaped(b).text()));
        }
        if (operator.equals("%") && a instanceof String format) {
            List<Object> values = b instanceof Tuple tuple ? tuple : Tuple.of(b);
            return budget.text(Formatting.percent(format, values, b));
        }
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return Numbers.calculate(operator, a, b);
        }
        if (operator.equals("+")) {
            if (a instanceof String x && b instanceof String y) {
                budget.spend((long) x.length() + y.length());
                return x + y;
            }
            if (a instanceof List<?> x && b instanceof List<?> y && x instanceof Tuple == y instanceof Tuple) {
                budget.spend((long) x.size() + y.size());
                List<Object> joined = new ArrayList<>(x);
                joined.addAll(y);
                return x instanceof Tuple ? Tuple.of(joined) : joined;
            }
        }
        if (operator.equals("*") && (a instanceof Long || b instanceof Long)) {
            return repeat(a instanceof Long ? b : a, a instanceof Long n ? n : (Long) b, budget);
        }
        throw notPossible(operator, a, b);
    }

    private static boolean isText(Object value) {
        return value instanceof String || value instanceof Markup;
    }

    private static Object repeat(Object value, long times, Budget budget) {
        int count = (int) Math.clamp(times, 0, Integer.MAX_VALUE);
        if (value instanceof String text) {
            budget.spend((long) text.length() * count);
            return text.repeat(count);
        }
        if (value instanceof List<?> list) {
            budget.spend((long) list.size() * count);
            List<Object> repeated = new ArrayList<>();
            for (int i = 0; i < count && !list.isEmpty(); i++) {
                repeated.addAll(list);
            }
            return value instanceof Tuple ? Tuple.of(repeated) : repeated;
        }
        throw notPossible("*", value, times);
    }

    private static JinjaException notPossible(String operator, Object a, Object b) {
        if (a instanceof Undefined undefined) {
            return undefined.failure();
        }
        if (b instanceof Undefined undefined) {
            return undefined.failure();
        }
        return new JinjaException(
                "'%s' and '%s' cannot be combined by %s".formatted(Values.type(a), Values.type(b), operator));
    }

    static boolean compare(String operator, Object left, Object right) {
        Object a = Markup.plain(left);
        Object b = Markup.plain(right);
        return switch (operator) {
            case "==" -> Comparison.equal(a, b);
            case "!=" -> !Comparison.equal(a, b);
            case "<" -> Comparison.compare(a, b) < 0;
            case "<=" -> Comparison.compare(a, b) <= 0;
            case ">" -> Comparison.compare(a, b) > 0;
            case ">=" -> Comparison.compare(a, b) >= 0;
            case "in" -> Comparison.contains(b, a);
            default -> !Comparison.contains(b, a);
        };
    }
}
