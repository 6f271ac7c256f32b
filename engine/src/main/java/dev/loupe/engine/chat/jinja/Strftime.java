package dev.loupe.engine.chat.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** Writes a time as Python's {@code strftime} in the C locale. */
final class Strftime {
    private Strftime() {}

    static String format(LocalDateTime time, String format) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
                continue;
            }
            boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
            i += unpadded ? 2 : 1;
            String field = field(time, format.charAt(i));
            text.append(unpadded ? field.replaceFirst("^0+(?=.)", "") : field);
        }
        return text.toString();
    }

    private static String field(LocalDateTime time, char directive) {
        return switch (directive) {
            case 'a' -> pattern(time, "EEE");
            case 'A' -> pattern(time, "EEEE");
            case 'b', 'h' -> pattern(time, "MMM");
            case 'B' -> pattern(time, "MMMM");
            case 'c' -> pattern(time, "EEE MMM ") + padded(time.getDayOfMonth(), ' ') + pattern(time, " HH:mm:ss yyyy");
            case 'd' -> pattern(time, "dd");
            case 'D', 'x' -> pattern(time, "MM/dd/yy");
            case 'e' -> padded(time.getDayOfMonth(), ' ');
            case 'f' -> pattern(time, "SSSSSS");
            case 'F' -> pattern(time, "yyyy-MM-dd");
            case 'H' -> pattern(time, "HH");
            case 'I' -> pattern(time, "hh");
            case 'j' -> pattern(time, "DDD");
            case 'm' -> pattern(time, "MM");
            case 'M' -> pattern(time, "mm");
            case 'n' -> "\n";
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'R' -> pattern(time, "HH:mm");
            case 'S' -> pattern(time, "ss");
            case 't' -> "\t";
            case 'T', 'X' -> pattern(time, "HH:mm:ss");
            case 'u' -> String.valueOf(time.getDayOfWeek().getValue());
            case 'U' -> padded((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7, '0');
            case 'V' -> padded(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), '0');
            case 'w' -> String.valueOf(time.getDayOfWeek().getValue() % 7);
            case 'W' -> padded((time.getDayOfYear() + 7 - time.get(ChronoField.DAY_OF_WEEK)) / 7, '0');
            case 'y' -> pattern(time, "yy");
            case 'Y' -> pattern(time, "yyyy");
            case 'z', 'Z' -> "";
            case '%' -> "%";
            default -> "%" + directive;
        };
    }

    private static String pattern(LocalDateTime time, String pattern) {
        return time.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
    }

    private static String padded(int value, char pad) {
        return value < 10 ? "" + pad + value : String.valueOf(value);
    }
}
