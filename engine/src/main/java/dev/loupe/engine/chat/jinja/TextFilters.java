package dev.loupe.engine.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters on texts; other values are taken as their text. */
final class TextFilters {
    private static final Pattern WORD = Pattern.compile("\\w++", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WORD_START = Pattern.compile("[^-\\s({\\[<]++|[-\\s({\\[<]++");

    static final Map<String, Filters.Filter> ALL = Map.ofEntries(
            text("upper", (text, arguments, budget) -> text.toUpperCase(Locale.ROOT)),
            text("lower", (text, arguments, budget) -> text.toLowerCase(Locale.ROOT)),
            text("capitalize", (text, arguments, budget) -> PythonString.capitalize(text)),
            text("title", (text, arguments, budget) -> title(text)),
            text("trim", (text, arguments, budget) -> trim(text, arguments)),
            text("replace", TextFilters::replace),
            text("indent", TextFilters::indent),
            text(
                    "center",
                    (text, arguments, budget) ->
                            StringMethods.pad(text, arguments.bind("width").integer("width", 80), " ", 1, budget)),
            text("truncate", (text, arguments, budget) -> truncate(text, arguments)),
            text(
                    "wordcount",
                    (text, arguments, budget) -> WORD.matcher(text).results().count()),
            text("format", TextFilters::format));

    private TextFilters() {}

    private interface TextFilter {
        Object apply(String text, Arguments arguments, Budget budget);
    }

    private static Map.Entry<String, Filters.Filter> text(String name, TextFilter filter) {
        return Map.entry(
                name,
                (value, arguments, scope) ->
                        filter.apply(scope.budget().text(Values.text(value)), arguments, scope.budget()));
    }

    private static String title(String text) {
        StringBuilder title = new StringBuilder();
        Matcher word = WORD_START.matcher(text);
        while (word.find()) {
            title.append(PythonString.capitalize(word.group()));
        }
        return title.toString();
    }

    private static String trim(String text, Arguments arguments) {
        Object characters = arguments.bind("chars").get("chars", null);
        return PythonString.strip(text, characters == null ? null : Values.text(characters), true, true);
    }

    private static String replace(String text, Arguments arguments, Budget budget) {
        Arguments.Bound bound = arguments.bind("old", "new", "count");
        int count = bound.get("count", null) == null ? -1 : bound.integer("count", -1);
        String old = Values.text(bound.required("old"));
        return StringMethods.replace(text, old, Values.text(bound.required("new")), count, budget);
    }

    private static String indent(String text, Arguments arguments, Budget budget) {
        Arguments.Bound bound = arguments.bind("width", "first", "blank");
        Object width = bound.get("width", 4L);
        String indent =
                width instanceof String given ? given : " ".repeat(Math.clamp(Values.integer(width), 0, 10_000));
        List<String> lines = new ArrayList<>(text.lines().toList());
        if (text.isEmpty() || text.endsWith("\n")) {
            lines.add("");
        }
        for (int i = 0; i < lines.size(); i++) {
            boolean indented = i == 0
                    ? bound.flag("first")
                    : bound.flag("blank") || !lines.get(i).isEmpty();
            if (indented) {
                budget.spend(indent.length());
                lines.set(i, indent + lines.get(i));
            }
        }
        return String.join("\n", lines);
    }

    private static String truncate(String text, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("length", "killwords", "end", "leeway");
        int length = bound.integer("length", 255);
        String end = bound.text("end", "...");
        int leeway = bound.get("leeway", null) == null ? 5 : bound.integer("leeway", 5);
        if (length < PythonString.length(end)) {
            throw new JinjaException("'truncate' needs a length of at least " + PythonString.length(end));
        }
        if (PythonString.length(text) <= length + leeway) {
            return text;
        }
        String kept = PythonString.slice(text, 0, length - PythonString.length(end));
        int space = bound.flag("killwords") ? -1 : kept.lastIndexOf(' ');
        return (space < 0 ? kept : kept.substring(0, space)) + end;
    }

    private static String format(String text, Arguments arguments, Budget budget) {
        Object values = arguments.named().isEmpty() ? null : Values.of(arguments.named());
        return budget.text(Formatting.percent(text, arguments.positional(), values));
    }
}
