package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.trace.Progress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Every combination of some switches' values, in the order asked for.
 *
 * <p>Invariant: after {@link #restoring} every switch has the value it had before, whatever happened.
 *
 * @param cells each switch's value, by its name
 */
record SwitchGrid(List<Map<String, String>> cells) {
    private static final int MOST = 64;

    /** Options of a command that takes such a grid. */
    static final List<Option> OPTIONS = Switch.ALL.stream()
            .map(each -> Option.named(each.name(), "A,B,...", "values of %%%s to compare".formatted(each.name())))
            .toList();

    /** Reads {@code dtype=fp16,sym_int4 speculate=off,self}. */
    static SwitchGrid of(Arguments arguments) {
        List<Map<String, String>> grid = List.of(Map.of());
        for (Switch axis : Switch.ALL) {
            if (arguments.has(axis.name())) {
                List<String> values = arguments.list(axis.name());
                if (values.isEmpty()) {
                    throw new LoupeException(
                            "%s names no value; write some with commas between, as in dtype=fp16,sym_int4."
                                    .formatted(axis.name()));
                }
                grid = grid.stream()
                        .flatMap(cell -> values.stream().map(value -> with(cell, axis.name(), value)))
                        .toList();
            }
        }
        if (grid.size() < 2 || grid.size() > MOST) {
            throw new LoupeException(
                    "%d combinations cannot be compared, 2 to %d can; give switches with their values, as in dtype=fp16,sym_int4 speculate=off,self."
                            .formatted(grid.size(), MOST));
        }
        return new SwitchGrid(grid);
    }

    private static Map<String, String> with(Map<String, String> cell, String name, String value) {
        var more = new LinkedHashMap<>(cell);
        more.put(name, value);
        return more;
    }

    int size() {
        return cells.size();
    }

    /** Sets the switches of a combination; those that have their value already stay as they are. */
    void set(Llm llm, int cell) {
        set(llm, cells.get(cell));
    }

    private static void set(Llm llm, Map<String, String> values) {
        values.forEach((name, value) -> {
            Switch axis = Switch.of(name);
            if (!axis.current().apply(llm).equals(value)) {
                axis.apply().to(llm, value, Progress.NONE);
            }
        });
    }

    /** Does work that sets the switches, and then sets them as they were. */
    <T> T restoring(Llm llm, Supplier<T> work) {
        Map<String, String> before = new LinkedHashMap<>();
        cells.getFirst()
                .keySet()
                .forEach(name -> before.put(name, Switch.of(name).current().apply(llm)));
        try {
            return work.get();
        } finally {
            set(llm, before);
        }
    }
}
