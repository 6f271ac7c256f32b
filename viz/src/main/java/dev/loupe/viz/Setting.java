package dev.loupe.viz;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where each measurement of a figure was made, as a list of words (model, dtype, device, ...): what all share belongs
 * into the subtitle, what differs to the single measurement.
 */
final class Setting {
    private final List<List<String>> rows = new ArrayList<>();

    void add(String... words) {
        rows.add(List.of(words));
    }

    static String threads(int threads) {
        return threads == 1 ? "1 thread" : threads + " threads";
    }

    /** The words that all measurements share, and then some more; empty ones are left out. */
    String common(String... more) {
        var shared =
                IntStream.range(0, rows.getFirst().size()).filter(this::shared).mapToObj(rows.getFirst()::get);
        return Stream.concat(shared, Stream.of(more)).filter(w -> !w.isEmpty()).collect(Collectors.joining(", "));
    }

    /** Of the given words those in which measurement {@code row} differs from another, each with a comma before it. */
    String distinct(int row, int... words) {
        return IntStream.of(words)
                .filter(word -> !shared(word))
                .mapToObj(word -> ", " + rows.get(row).get(word))
                .collect(Collectors.joining());
    }

    private boolean shared(int word) {
        return rows.stream()
                .allMatch(row -> row.get(word).equals(rows.getFirst().get(word)));
    }
}
