package dev.loupe.engine.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** The methods of Python's str. */
final class StringMethods {
    private StringMethods() {}

    private interface Method {
        Object apply(String text, Arguments arguments, Budget budget);
    }

    static Callable find(String text, String name) {
        Method method = method(name);
        return method == null
                ? null
                : (arguments, scope) -> {
                    scope.budget().spend(text.length());
                    return method.apply(text, arguments, scope.budget());
                };
    }

    private static Method method(String name) {
        return switch (name) {
            case "upper" -> (text, arguments, budget) -> text.toUpperCase(Locale.ROOT);
            case "lower", "casefold" -> (text, arguments, budget) -> text.toLowerCase(Locale.ROOT);
            case "capitalize" -> (text, arguments, budget) -> PythonString.capitalize(text);
            case "title" -> (text, arguments, budget) -> title(text);
            case "strip" -> (text, arguments, budget) -> strip(text, arguments, true, true);
            case "lstrip" -> (text, arguments, budget) -> strip(text, arguments, true, false);
            case "rstrip" -> (text, arguments, budget) -> strip(text, arguments, false, true);
            case "split" -> (text, arguments, budget) -> split(text, arguments, false);
            case "rsplit" -> (text, arguments, budget) -> split(text, arguments, true);
            case "splitlines" -> (text, arguments, budget) -> lines(text, arguments);
            case "partition" -> (text, arguments, budget) -> partition(text, required(arguments), false);
            case "rpartition" -> (text, arguments, budget) -> partition(text, required(arguments), true);
            case "startswith" -> (text, arguments, budget) -> any(arguments, text::startsWith);
            case "endswith" -> (text, arguments, budget) -> any(arguments, text::endsWith);
            case "removeprefix" ->
                (text, arguments, budget) -> text.startsWith(required(arguments))
                        ? text.substring(required(arguments).length())
                        : text;
            case "removesuffix" ->
                (text, arguments, budget) -> text.endsWith(required(arguments))
                        ? text.substring(0, text.length() - required(arguments).length())
                        : text;
            case "replace" ->
                (text, arguments, budget) -> {
                    Arguments.Bound bound = arguments.bind("old", "new", "count");
                    return replace(
                            text,
                            string(bound.required("old")),
                            string(bound.required("new")),
                            bound.integer("count", -1),
                            budget);
                };
            case "join" -> (text, arguments, budget) -> join(text, Values.list(arguments.required(0)), budget);
            case "find" -> (text, arguments, budget) -> position(text, text.indexOf(required(arguments)));
            case "rfind" -> (text, arguments, budget) -> position(text, text.lastIndexOf(required(arguments)));
            case "index" -> (text, arguments, budget) -> found(text, text.indexOf(required(arguments)));
            case "rindex" -> (text, arguments, budget) -> found(text, text.lastIndexOf(required(arguments)));
            case "count" -> (text, arguments, budget) -> count(text, required(arguments));
            case "zfill" -> (text, arguments, budget) -> zfill(text, Values.integer(arguments.required(0)), budget);
            case "ljust" -> (text, arguments, budget) -> pad(text, arguments, 0, budget);
            case "rjust" -> (text, arguments, budget) -> pad(text, arguments, 2, budget);
            case "center" -> (text, arguments, budget) -> pad(text, arguments, 1, budget);
            case "format" -> (text, arguments, budget) -> budget.text(Formatting.braces(text, arguments));
            case "isdigit", "isdecimal", "isnumeric" -> all(Character::isDigit);
            case "isalpha" -> all(Character::isLetter);
            case "isalnum" -> all(Character::isLetterOrDigit);
            case "isspace" -> all(PythonString::isSpace);
            case "isupper" -> (text, arguments, budget) -> isUpper(text);
            case "islower" -> (text, arguments, budget) -> isLower(text);
            default -> null;
        };
    }

    static boolean isUpper(String text) {
        return !text.equals(text.toLowerCase(Locale.ROOT)) && text.equals(text.toUpperCase(Locale.ROOT));
    }

    static boolean isLower(String text) {
        return !text.equals(text.toUpperCase(Locale.ROOT)) && text.equals(text.toLowerCase(Locale.ROOT));
    }

    static String replace(String text, String old, String replacement, int count, Budget budget) {
        StringBuilder replaced = new StringBuilder();
        int done = 0;
        int at = count == 0 ? -1 : text.indexOf(old);
        for (int n = 1; at >= 0; n++) {
            budget.spend(1 + replacement.length());
            replaced.append(text, done, at).append(replacement);
            done = at + old.length();
            int next = old.isEmpty() ? at + 1 : done;
            at = n == count || next > text.length() ? -1 : text.indexOf(old, next);
        }
        return replaced.append(text.substring(done)).toString();
    }

    static String join(String separator, List<Object> elements, Budget budget) {
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < elements.size(); i++) {
            String element = string(elements.get(i));
            budget.spend(separator.length() + element.length());
            joined.append(i == 0 ? "" : separator).append(element);
        }
        return joined.toString();
    }

    private static String title(String text) {
        StringBuilder title = new StringBuilder();
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            title.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inWord = Character.isLetter(c);
        }
        return title.toString();
    }

    private static String strip(String text, Arguments arguments, boolean left, boolean right) {
        Object characters = arguments.bind("chars").get("chars", null);
        return PythonString.strip(text, characters == null ? null : string(characters), left, right);
    }

    private static List<Object> split(String text, Arguments arguments, boolean fromRight) {
        Arguments.Bound bound = arguments.bind("sep", "maxsplit");
        int most = bound.integer("maxsplit", -1);
        Object separator = bound.get("sep", null);
        List<Object> parts = new ArrayList<>();
        if (separator == null) {
            splitAtSpaces(text, most, fromRight, parts);
        } else {
            splitAt(text, string(separator), most, fromRight, parts);
        }
        return fromRight ? parts.reversed() : parts;
    }

    private static void splitAt(String text, String separator, int most, boolean fromRight, List<Object> parts) {
        if (separator.isEmpty()) {
            throw new JinjaException("the separator is empty");
        }
        int from = 0;
        int to = text.length();
        while (most < 0 || parts.size() < most) {
            int at = fromRight ? text.lastIndexOf(separator, to - separator.length()) : text.indexOf(separator, from);
            if (at < 0) {
                break;
            }
            parts.add(fromRight ? text.substring(at + separator.length(), to) : text.substring(from, at));
            from = fromRight ? 0 : at + separator.length();
            to = fromRight ? at : to;
        }
        parts.add(text.substring(from, to));
    }

    private static void splitAtSpaces(String text, int most, boolean fromRight, List<Object> parts) {
        int from = 0;
        int to = text.length();
        while (true) {
            while (from < to && PythonString.isSpace(text.charAt(fromRight ? to - 1 : from))) {
                from += fromRight ? 0 : 1;
                to -= fromRight ? 1 : 0;
            }
            if (from == to) {
                return;
            }
            if (most >= 0 && parts.size() >= most) {
                parts.add(text.substring(from, to));
                return;
            }
            int at = fromRight ? to : from;
            while (fromRight ? at > from : at < to) {
                if (PythonString.isSpace(text.charAt(fromRight ? at - 1 : at))) {
                    break;
                }
                at += fromRight ? -1 : 1;
            }
            parts.add(fromRight ? text.substring(at, to) : text.substring(from, at));
            from = fromRight ? from : at;
            to = fromRight ? at : to;
        }
    }

    private static List<Object> lines(String text, Arguments arguments) {
        boolean keep = arguments.bind("keepends").flag("keepends");
        List<Object> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if ("\n\r\u000B\f\u001C\u001D\u001E\u0085\u2028\u2029".indexOf(text.charAt(i)) >= 0) {
                int end = text.startsWith("\r\n", i) ? i + 2 : i + 1;
                lines.add(text.substring(start, keep ? end : i));
                start = end;
                i = end - 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    private static Tuple partition(String text, String separator, boolean fromRight) {
        int at = fromRight ? text.lastIndexOf(separator) : text.indexOf(separator);
        if (at < 0) {
            return fromRight ? Tuple.of("", "", text) : Tuple.of(text, "", "");
        }
        return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
    }

    private static boolean any(Arguments arguments, Predicate<String> test) {
        Object affix = arguments.required(0);
        return affix instanceof Tuple several
                ? several.stream().anyMatch(one -> test.test(string(one)))
                : test.test(string(affix));
    }

    private static Method all(IntPredicate test) {
        return (text, arguments, budget) -> !text.isEmpty() && text.codePoints().allMatch(test);
    }

    private static long position(String text, int at) {
        return at < 0 ? -1 : text.codePointCount(0, at);
    }

    private static long found(String text, int at) {
        if (at < 0) {
            throw new JinjaException("substring not found");
        }
        return position(text, at);
    }

    private static long count(String text, String part) {
        if (part.isEmpty()) {
            return PythonString.length(text) + 1L;
        }
        long count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static String zfill(String text, int width, Budget budget) {
        boolean sign = text.startsWith("-") || text.startsWith("+");
        int zeros = Math.max(0, width - PythonString.length(text));
        budget.spend(zeros);
        return (sign ? text.substring(0, 1) : "") + "0".repeat(zeros) + (sign ? text.substring(1) : text);
    }

    private static String pad(String text, Arguments arguments, int side, Budget budget) {
        Arguments.Bound bound = arguments.bind("width", "fillchar");
        return pad(text, Values.integer(bound.required("width")), bound.text("fillchar", " "), side, budget);
    }

    /** @param side where the text lies: 0 left, 1 centre, 2 right */
    static String pad(String text, int width, String fill, int side, Budget budget) {
        int missing = Math.max(0, width - PythonString.length(text));
        budget.spend(missing);
        int left = side == 0 ? 0 : side == 2 ? missing : missing / 2 + (missing & width & 1);
        return fill.repeat(left) + text + fill.repeat(missing - left);
    }

    private static String required(Arguments arguments) {
        return string(arguments.required(0));
    }

    private static String string(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw value instanceof Undefined undefined
                ? undefined.failure()
                : new JinjaException("needs a string, not " + Values.type(value));
    }
}
