package dev.loupe.engine.chat.jinja;

import java.math.BigDecimal;

/** Python's arithmetic on int (within 64 bits), float and bool, and how numbers are written. */
final class Numbers {
    private Numbers() {}

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static int compare(Object a, Object b) {
        if (a instanceof Double || b instanceof Double) {
            double x = real(a);
            double y = real(b);
            return x < y ? -1 : x == y ? 0 : 1;
        }
        return Long.compare(whole(a), whole(b));
    }

    static Object calculate(String operator, Object a, Object b) {
        try {
            return a instanceof Double || b instanceof Double || operator.equals("/")
                    ? real(operator, real(a), real(b))
                    : whole(operator, whole(a), whole(b));
        } catch (ArithmeticException e) {
            throw new JinjaException(e.getMessage().contains("zero") ? "division by zero" : "the number is too large");
        }
    }

    private static Object whole(String operator, long a, long b) {
        return switch (operator) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDiv(a, b);
            case "%" -> Math.floorMod(a, b);
            default -> power(a, b);
        };
    }

    private static Object power(long base, long exponent) {
        if (exponent < 0) {
            return Math.pow(base, exponent);
        }
        if (exponent > 64 && Math.abs(base) > 1) {
            throw new ArithmeticException("overflow");
        }
        long power = 1;
        for (long i = base == 0 || base == 1 || base == -1 ? Math.min(exponent, 2 - exponent % 2) : exponent;
                i > 0;
                i--) {
            power = Math.multiplyExact(power, base);
        }
        return power;
    }

    private static Object real(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new ArithmeticException("zero");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor(a / b);
            case "%" -> a - Math.floor(a / b) * b;
            default -> Math.pow(a, b);
        };
    }

    static long whole(Object value) {
        return value instanceof Boolean b ? (b ? 1 : 0) : (Long) value;
    }

    static double real(Object value) {
        return value instanceof Double d ? d : whole(value);
    }

    /** Python's {@code repr} of a float: the shortest digits that give it back. */
    static String text(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value > 0 ? "0.0" : "-0.0";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            return decimal.scale() <= 0 ? decimal.toPlainString() + ".0" : decimal.toPlainString();
        }
        String digits = decimal.unscaledValue().abs().toString();
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        return "%s%s%se%s%02d"
                .formatted(
                        value < 0 ? "-" : "", digits.charAt(0), fraction, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
