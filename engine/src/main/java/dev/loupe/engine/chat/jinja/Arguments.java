package dev.loupe.engine.chat.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The arguments of a call, of a filter or of a test (without the value it is applied to). */
record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Object... positional) {
        return new Arguments(Arrays.asList(positional), Map.of());
    }

    /** The arguments without the first {@code count} positional ones. */
    Arguments from(int count) {
        return new Arguments(positional.subList(Math.min(count, positional.size()), positional.size()), named);
    }

    /** Positional argument {@code i}, which must be there. */
    Object required(int i) {
        if (i >= positional.size()) {
            throw new JinjaException("an argument is missing");
        }
        return positional.get(i);
    }

    /** Binds the arguments to parameter names; too many or unknown ones fail. */
    Bound bind(String... parameters) {
        if (positional.size() > parameters.length) {
            throw new JinjaException(
                    "takes at most " + parameters.length + " arguments, but " + positional.size() + " were given");
        }
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < positional.size(); i++) {
            values.put(parameters[i], positional.get(i));
        }
        List<String> known = Arrays.asList(parameters);
        named.forEach((name, value) -> {
            if (!known.contains(name)) {
                throw new JinjaException("has no parameter '" + name + "'");
            }
            values.put(name, value);
        });
        return new Bound(values);
    }

    /** Arguments by parameter. */
    record Bound(Map<String, Object> values) {
        boolean has(String name) {
            return values.containsKey(name);
        }

        Object get(String name, Object absent) {
            return has(name) ? values.get(name) : absent;
        }

        Object required(String name) {
            if (!has(name)) {
                throw new JinjaException("needs the argument '" + name + "'");
            }
            return values.get(name);
        }

        boolean flag(String name) {
            return Values.truth(get(name, false));
        }

        int integer(String name, int absent) {
            return Values.integer(get(name, (long) absent));
        }

        String text(String name, String absent) {
            return Values.text(get(name, absent));
        }
    }

    List<Object> copy() {
        return new ArrayList<>(positional);
    }
}
