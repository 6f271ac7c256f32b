package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Nearest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The arguments of a command, parsed: {@code sym_int4 max_tokens=48 raw stop="a b"} is one positional, one named value,
 * one flag and one more named value.
 *
 * <p>A word that is quoted from its beginning is always a positional. Invariant: whatever the line, parsing and the
 * typed getters throw nothing but {@link LoupeException}.
 */
public final class Arguments {
    private static final Pattern NAMED = Pattern.compile("(-{0,2}[\\p{L}_][\\p{L}\\p{N}_-]*)?=");

    private final List<String> positionals = new ArrayList<>();
    private final Map<String, List<String>> named = new LinkedHashMap<>();
    private final Map<String, Option> options = new LinkedHashMap<>();

    private Arguments(Collection<Option> options) {
        options.forEach(option -> this.options.put(option.name(), option));
    }

    /** Parses a line that may use these options. */
    public static Arguments parse(String line, Collection<Option> options) {
        var arguments = new Arguments(options);
        Words.of(line).forEach(arguments::add);
        return arguments;
    }

    /**
     * Writes a value so that parsing reads it back whole: quoted if it holds spaces, quotes or a semicolon, or would
     * read as an option.
     */
    public static String quote(String value) {
        if (!value.isEmpty() && value.chars().noneMatch(c -> Character.isWhitespace(c) || "\"';=".indexOf(c) >= 0)) {
            return value;
        }
        String escaped = value.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\t", "\\t");
        return '"' + escaped + '"';
    }

    private void add(Words.Word word) {
        String text = word.text();
        var matcher = NAMED.matcher(text);
        if (matcher.lookingAt() && matcher.end() <= word.bare()) {
            addNamed(text.substring(0, matcher.end() - 1), text.substring(matcher.end()));
        } else if (word.bare() == text.length() && !text.isEmpty() && options.containsKey(text)) {
            if (!options.get(text).isFlag()) {
                throw new LoupeException(
                        "%s needs a value; write %s without spaces around the =.".formatted(text, options.get(text)));
            }
            addNamed(text, "true");
        } else {
            positionals.add(text);
        }
    }

    private void addNamed(String name, String value) {
        if (!options.containsKey(name)) {
            throw unknown(name);
        }
        named.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }

    private LoupeException unknown(String name) {
        if (name.isEmpty()) {
            return new LoupeException("A = stands without a name before it; write name=value without spaces.");
        }
        if (options.isEmpty()) {
            return new LoupeException(
                    "There is no option '%s' here; leave it out, or put text with a = in quotes.".formatted(name));
        }
        return new LoupeException(
                "There is no option '%s' here; %s".formatted(name, Nearest.remedy(name, options.keySet())));
    }

    /** The words that are no options, in order. */
    public List<String> positionals() {
        return List.copyOf(positionals);
    }

    /**
     * The positionals, at most so many.
     *
     * @param usage how to write it right, e.g. {@code %dtype NAME}
     */
    public List<String> positionals(int most, String usage) {
        if (positionals.size() <= most) {
            return positionals();
        }
        String extra = positionals.get(most);
        List<String> near = Nearest.of(extra, options.keySet());
        throw new LoupeException("'%s' is one word too many; %s"
                .formatted(
                        extra,
                        near.isEmpty()
                                ? "put text of several words in quotes, as in %s.".formatted(usage)
                                : "did you mean %s?".formatted(String.join(" or ", near))));
    }

    /** The same with a value given once more. */
    public Arguments with(String name, String value) {
        var more = new Arguments(options.values());
        more.positionals.addAll(positionals);
        named.forEach((each, values) -> more.named.put(each, new ArrayList<>(values)));
        more.addNamed(name, value);
        return more;
    }

    /** Whether there is nothing at all. */
    public boolean isEmpty() {
        return positionals.isEmpty() && named.isEmpty();
    }

    /** Whether an option was given. */
    public boolean has(String name) {
        return named.containsKey(name);
    }

    /** A flag: given by its name, or as {@code name=true|on|yes|false|off|no}. */
    public boolean flag(String name, boolean absent) {
        return find(name)
                .map(value -> switch (value) {
                    case "true", "on", "yes" -> true;
                    case "false", "off", "no" -> false;
                    default -> throw wrong(name, value, "write just %s, or %s=false".formatted(name, name));
                })
                .orElse(absent);
    }

    /** A value as text; given twice is an error. */
    public Optional<String> find(String name) {
        List<String> values = all(name);
        if (values.size() > 1) {
            throw new LoupeException("%s is given %d times; give it once.".formatted(name, values.size()));
        }
        return values.stream().findFirst();
    }

    /** All values of an option that may be given several times, in order. */
    public List<String> all(String name) {
        return List.copyOf(named.getOrDefault(name, List.of()));
    }

    /** A value that is a list of names with commas between, without empty ones; empty if absent. */
    public List<String> list(String name) {
        return find(name)
                .map(value -> Arrays.stream(value.split(","))
                        .map(String::strip)
                        .filter(s -> !s.isEmpty())
                        .toList())
                .orElse(List.of());
    }

    /** A whole number from {@code least} to {@code most}. */
    public long integer(String name, long absent, long least, long most) {
        return find(name)
                .map(value -> {
                    try {
                        long number = Long.parseLong(value);
                        if (number >= least && number <= most) {
                            return number;
                        }
                    } catch (NumberFormatException e) {
                        // told below, as a number out of range is
                    }
                    throw wrong(name, value, "give a whole number from %d to %d".formatted(least, most));
                })
                .orElse(absent);
    }

    /** A finite number. */
    public double number(String name, double absent) {
        return find(name)
                .map(value -> {
                    try {
                        double number = Double.parseDouble(value);
                        if (Double.isFinite(number)) {
                            return number;
                        }
                    } catch (NumberFormatException e) {
                        // told below, as an infinite number is
                    }
                    throw wrong(name, value, "give a number, e.g. %s=0.8".formatted(name));
                })
                .orElse(absent);
    }

    private static LoupeException wrong(String name, String value, String remedy) {
        return new LoupeException("%s cannot be '%s'; %s.".formatted(name, value, remedy));
    }
}
