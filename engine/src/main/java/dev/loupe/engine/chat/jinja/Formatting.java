package dev.loupe.engine.chat.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's two ways to put values into a text: {@code "%s" % value} and {@code "{}".format(value)}. */
final class Formatting {
    private static final int WIDEST = 10_000;
    private static final Pattern PERCENT =
            Pattern.compile("%(?:\\(([^)]*)\\))?([-+ 0#]*)(\\d{0,4})(?:\\.(\\d{1,4}))?([a-zA-Z%])?");
    private static final Pattern BRACES = Pattern.compile("\\{\\{|}}|\\{([^{}:!]*)(?:!([rs]))?(?::([^{}]*))?}|[{}]");
    private static final Pattern SPEC =
            Pattern.compile("(?:(.)?([<>^=]))?([-+ ]?)(#?)(0?)(\\d{0,4})(,?)(?:\\.(\\d{1,4}))?([a-zA-Z%]?)");

    private Formatting() {}

    /** @param mapping for named fields, may be null */
    static String percent(String format, List<Object> values, Object mapping) {
        StringBuilder text = new StringBuilder();
        Matcher field = PERCENT.matcher(format);
        int used = 0;
        while (field.find()) {
            String type = field.group(5);
            if (type == null) {
                throw new JinjaException("incomplete format");
            }
            if (type.equals("%")) {
                field.appendReplacement(text, "%");
                continue;
            }
            Object value;
            if (field.group(1) != null) {
                value = Members.item(mapping, field.group(1));
            } else if (used < values.size()) {
                value = values.get(used++);
            } else {
                throw new JinjaException("not enough arguments for format string");
            }
            String flags = field.group(2);
            String align = flags.contains("-") ? "<" : "";
            String sign = flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
            String spec = (align.isEmpty() ? ">" : align)
                    + sign
                    + field.group(3)
                    + (field.group(4) == null ? "" : "." + field.group(4));
            boolean zero = flags.contains("0") && align.isEmpty();
            String formatted = switch (type) {
                case "s" -> format(Values.text(value), spec);
                case "r" -> format(Repr.of(value), spec);
                case "d", "i", "u" -> format(truncated(value), (zero ? "0=" : ">") + spec.substring(1) + "d");
                default -> format(value, (zero ? "0=" : spec.substring(0, 1)) + spec.substring(1) + type);
            };
            field.appendReplacement(text, Matcher.quoteReplacement(formatted));
        }
        if (used < values.size() && !(mapping instanceof Map)) {
            throw new JinjaException("not all arguments converted during string formatting");
        }
        return field.appendTail(text).toString();
    }

    private static Object truncated(Object value) {
        if (!Numbers.isNumber(value)) {
            throw new JinjaException("a number is required, not " + Values.type(value));
        }
        return value instanceof Double d ? (Object) d.longValue() : (Object) Numbers.whole(value);
    }

    static String braces(String format, Arguments arguments) {
        StringBuilder text = new StringBuilder();
        Matcher field = BRACES.matcher(format);
        int next = 0;
        while (field.find()) {
            String found = field.group();
            if (found.equals("{{") || found.equals("}}")) {
                field.appendReplacement(text, found.substring(1));
                continue;
            }
            if (found.length() == 1) {
                throw new JinjaException("single '" + found + "' in format string");
            }
            String name = field.group(1);
            boolean automatic = name.isEmpty() || name.startsWith(".") || name.startsWith("[");
            Object value = field(automatic ? next++ + name : name, arguments);
            value = "r".equals(field.group(2)) ? Repr.of(value) : value;
            String spec = field.group(3) == null ? "" : field.group(3);
            field.appendReplacement(text, Matcher.quoteReplacement(format(value, spec)));
        }
        return field.appendTail(text).toString();
    }

    private static Object field(String path, Arguments arguments) {
        String[] parts = path.replace("]", "").split("[.\\[]");
        Object value;
        if (parts[0].matches("\\d{1,4}")) {
            value = arguments.required(Integer.parseInt(parts[0]));
        } else if (arguments.named().containsKey(parts[0])) {
            value = arguments.named().get(parts[0]);
        } else {
            throw new JinjaException("the format has no argument '" + parts[0] + "'");
        }
        for (int i = 1; i < parts.length; i++) {
            Object key = parts[i].matches("\\d{1,4}") ? (Object) Long.valueOf(parts[i]) : parts[i];
            value = Members.item(value, key);
        }
        return value;
    }

    /** Python's {@code format(value, spec)}. */
    static String format(Object value, String spec) {
        Matcher parts = SPEC.matcher(spec);
        if (!parts.matches()) {
            throw new JinjaException("'" + spec + "' is no format");
        }
        String type = parts.group(9);
        boolean number = Numbers.isNumber(value) && !(value instanceof Boolean && type.isEmpty());
        String body = number ? number(value, parts, type) : text(value, parts);
        boolean zero = !parts.group(5).isEmpty();
        String fill = parts.group(1) != null ? parts.group(1) : zero ? "0" : " ";
        String align = parts.group(2) != null ? parts.group(2) : zero && number ? "=" : number ? ">" : "<";
        int width = parts.group(6).isEmpty() ? 0 : Math.min(WIDEST, Integer.parseInt(parts.group(6)));
        int missing = Math.max(0, width - PythonString.length(body));
        return switch (align) {
            case "<" -> body + fill.repeat(missing);
            case "^" -> fill.repeat(missing / 2) + body + fill.repeat(missing - missing / 2);
            case "=" -> {
                int sign = body.startsWith("-") || body.startsWith("+") || body.startsWith(" ") ? 1 : 0;
                yield body.substring(0, sign) + fill.repeat(missing) + body.substring(sign);
            }
            default -> fill.repeat(missing) + body;
        };
    }

    private static String text(Object value, Matcher spec) {
        String text = Values.text(value);
        int most = spec.group(8) == null ? Integer.MAX_VALUE : Integer.parseInt(spec.group(8));
        return PythonString.length(text) > most ? PythonString.slice(text, 0, most) : text;
    }

    private static String number(Object value, Matcher spec, String type) {
        int precision = spec.group(8) == null ? 6 : Integer.parseInt(spec.group(8));
        String digits = switch (type) {
            case "" -> Values.text(value instanceof Boolean ? (Object) Numbers.whole(value) : value);
            case "d", "s" -> Values.text(value instanceof Boolean ? (Object) Numbers.whole(value) : value);
            case "x" -> Long.toHexString(Numbers.whole(value));
            case "X" -> Long.toHexString(Numbers.whole(value)).toUpperCase(Locale.ROOT);
            case "o" -> Long.toOctalString(Numbers.whole(value));
            case "b" -> Long.toBinaryString(Numbers.whole(value));
            case "f", "F" -> fixed(Numbers.real(value), precision);
            case "%" -> fixed(Numbers.real(value) * 100, precision) + "%";
            case "e", "g" -> ("%." + precision + type).formatted(Numbers.real(value));
            default -> throw new JinjaException("'" + type + "' is no format of a number");
        };
        if (!spec.group(7).isEmpty()) {
            digits = grouped(digits);
        }
        return digits.startsWith("-")
                        || spec.group(3).isEmpty()
                        || spec.group(3).equals("-")
                ? digits
                : spec.group(3) + digits;
    }

    private static String fixed(double value, int precision) {
        return Double.isNaN(value) || Double.isInfinite(value)
                ? Numbers.text(value)
                : new BigDecimal(value)
                        .setScale(precision, RoundingMode.HALF_EVEN)
                        .toPlainString();
    }

    private static String grouped(String digits) {
        int end = digits.indexOf('.') < 0 ? digits.length() : digits.indexOf('.');
        StringBuilder grouped = new StringBuilder(digits);
        for (int i = end - 3; i > (digits.startsWith("-") ? 1 : 0); i -= 3) {
            grouped.insert(i, ',');
        }
        return grouped.toString();
    }
}
