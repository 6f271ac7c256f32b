package dev.loupe;

import java.util.List;

/**
 * One option of a command: {@code name=value}, or a flag that is just its name.
 *
 * @param name as typed, e.g. {@code max_tokens}
 * @param value placeholder of the value in a usage line, e.g. {@code N}; empty for a flag
 * @param description what it does, one line
 * @param choices values worth offering, not necessarily all that are allowed
 */
public record Option(String name, String value, String description, List<String> choices) {
    public Option {
        choices = List.copyOf(choices);
    }

    /** An option without a value. */
    public static Option flag(String name, String description) {
        return new Option(name, "", description, List.of());
    }

    /** An option with a value. */
    public static Option named(String name, String value, String description, String... choices) {
        return new Option(name, value, description, List.of(choices));
    }

    /** Whether the name alone is enough. */
    public boolean isFlag() {
        return value.isEmpty();
    }

    /** As in a usage line: {@code max_tokens=N}. */
    @Override
    public String toString() {
        return isFlag() ? name : name + "=" + value;
    }
}
