package dev.loupe.kernel.bench;

import dev.loupe.Llm;
import dev.loupe.engine.LoupeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings to go through, every one with every other: {@code dtype=sym_int8,sym_int4 threads=1,2 context=512,4096}.
 *
 * <p>{@code context} is how many tokens are read before the others are written.
 */
public record Sweep(List<String> dtypes, List<Integer> threads, List<Integer> contexts) {
    /** One of its settings; null or 0 where it is left as it is. */
    public record Setting(String dtype, int threads, int context) {
        public void apply(Llm llm) {
            if (dtype != null && !dtype.equals(llm.dtype())) {
                llm.dtype(dtype);
            }
            if (threads > 0 && threads != llm.threads()) {
                llm.threads(threads);
            }
        }
    }

    /**
     * From the words of the option.
     *
     * @throws LoupeException if one is not understood
     */
    public static Sweep parse(List<String> words) {
        List<String> dtypes = List.of();
        List<Integer> threads = List.of();
        List<Integer> contexts = List.of();
        for (String word : words) {
            String[] parts = word.split("=", 2);
            List<String> values = parts.length == 2 ? List.of(parts[1].split(",")) : List.of();
            switch (values.isEmpty() ? "" : parts[0]) {
                case "dtype" -> dtypes = values;
                case "threads" -> threads = numbers(word, values);
                case "context" -> contexts = numbers(word, values);
                default ->
                    throw new LoupeException(
                            "\"%s\" is nothing to sweep; use dtype=A,B, threads=1,2 or context=512,4096."
                                    .formatted(word));
            }
        }
        return new Sweep(dtypes, threads, contexts);
    }

    private static List<Integer> numbers(String word, List<String> values) {
        var numbers = new ArrayList<Integer>();
        for (String value : values) {
            if (!value.matches("[1-9]\\d{0,6}")) {
                throw new LoupeException(
                        "\"%s\" has a value that is no number of 1 or more; use threads=1,2.".formatted(word));
            }
            numbers.add(Integer.parseInt(value));
        }
        return numbers;
    }

    /** What is swept, by name; nothing that is not. */
    Map<String, List<?>> values() {
        var values = new LinkedHashMap<String, List<?>>();
        values.put("dtype", dtypes);
        values.put("threads", threads);
        values.put("context", contexts);
        values.values().removeIf(List::isEmpty);
        return values;
    }

    /** Whether the model is converted. */
    public boolean converts() {
        return !dtypes.isEmpty();
    }

    /** All settings; one that changes nothing, if there is nothing to sweep. */
    public List<Setting> settings() {
        var settings = new ArrayList<Setting>();
        for (String dtype : dtypes.isEmpty() ? new String[] {null} : dtypes.toArray(String[]::new)) {
            for (int thread : threads.isEmpty() ? List.of(0) : threads) {
                for (int context : contexts.isEmpty() ? List.of(0) : contexts) {
                    settings.add(new Setting(dtype, thread, context));
                }
            }
        }
        return settings;
    }
}
