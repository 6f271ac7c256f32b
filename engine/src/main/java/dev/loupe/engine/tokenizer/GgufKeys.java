package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.lang.reflect.Array;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The values below {@code tokenizer.ggml.} in a GGUF file's metadata, by their short names.
 *
 * <p>Invariant: a value of another type than asked for is an error that names its key.
 */
final class GgufKeys {
    private static final String PREFIX = "tokenizer.ggml.";

    private final Map<String, Object> metadata;

    GgufKeys(Map<String, Object> metadata) {
        this.metadata = metadata;
    }

    String architecture() {
        return String.valueOf(metadata.get("general.architecture"));
    }

    boolean has(String key) {
        return metadata.get(PREFIX + key) != null;
    }

    Optional<String> string(String key) {
        return find(key, String.class);
    }

    Optional<Boolean> bool(String key) {
        return find(key, Boolean.class);
    }

    OptionalInt integer(String key) {
        Optional<Number> value = find(key, Number.class);
        return value.isEmpty() ? OptionalInt.empty() : OptionalInt.of(exact(key, value.get()));
    }

    List<String> strings(String key) {
        List<?> values = find(key, List.class).orElseThrow(() -> missing(key));
        return values.stream()
                .map(value -> value instanceof String text ? text : fail(key, value))
                .toList();
    }

    int[] integers(String key) {
        Object values = array(key);
        int[] integers = new int[length(key, values)];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = exact(key, number(key, values, i));
        }
        return integers;
    }

    /** Numbers; NaN is an error. */
    float[] floats(String key) {
        Object values = array(key);
        float[] floats = new float[length(key, values)];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = number(key, values, i).floatValue();
            if (Float.isNaN(floats[i])) {
                fail(key, floats[i]);
            }
        }
        return floats;
    }

    private Object array(String key) {
        return find(key, Object.class).orElseThrow(() -> missing(key));
    }

    private static int length(String key, Object values) {
        if (values instanceof List<?> list) {
            return list.size();
        }
        return values.getClass().isArray() ? Array.getLength(values) : fail(key, values);
    }

    private static Number number(String key, Object values, int i) {
        Object value = values instanceof List<?> list ? list.get(i) : Array.get(values, i);
        return value instanceof Number number ? number : fail(key, value);
    }

    private static int exact(String key, Number value) {
        int integer = value.intValue();
        return integer == value.doubleValue() ? integer : fail(key, value);
    }

    private <T> Optional<T> find(String key, Class<T> type) {
        Object value = metadata.get(PREFIX + key);
        if (value != null && !type.isInstance(value)) {
            fail(key, value);
        }
        return Optional.ofNullable(type.cast(value));
    }

    private static <T> T fail(String key, Object value) {
        String shown = String.valueOf(value);
        throw new LoupeException("The GGUF file's %s%s holds %s, which it cannot be; the file is damaged, get it again."
                .formatted(PREFIX, key, Vocabulary.shown(shown)));
    }

    private static LoupeException missing(String key) {
        return new LoupeException(
                "The GGUF file lacks %s%s; get a complete file, or convert the model again.".formatted(PREFIX, key));
    }
}
