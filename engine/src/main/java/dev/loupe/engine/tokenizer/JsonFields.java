package dev.loupe.engine.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loupe.engine.LoupeException;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * The fields of an object in one of a model's JSON files.
 *
 * <p>Invariant: a value of another type than asked for is an error that names file and field; null counts as absent.
 *
 * @param file name of the file, for messages
 */
record JsonFields(String file, JsonNode node) {
    Optional<JsonFields> object(String name) {
        return find(name).map(value -> value.isObject() ? new JsonFields(file, value) : fail(name, value));
    }

    List<JsonFields> objects(String name) {
        return list(name).stream()
                .map(value -> value.isObject() ? new JsonFields(file, value) : this.<JsonFields>fail(name, value))
                .toList();
    }

    List<JsonNode> list(String name) {
        JsonNode values = node.path(name);
        if (values.isMissingNode() || values.isNull()) {
            return List.of();
        }
        return values.isArray()
                ? StreamSupport.stream(values.spliterator(), false).toList()
                : fail(name, values);
    }

    String text(String name) {
        return findText(name)
                .orElseThrow(() -> new LoupeException(
                        "%s lacks \"%s\" where it is needed; get the file again.".formatted(file, name)));
    }

    Optional<String> findText(String name) {
        return find(name).map(value -> value.isTextual() ? value.asText() : fail(name, value));
    }

    Optional<Boolean> findFlag(String name) {
        return find(name).map(value -> value.isBoolean() ? value.asBoolean() : this.<Boolean>fail(name, value));
    }

    boolean flag(String name) {
        return findFlag(name).orElse(false);
    }

    Optional<Integer> integer(String name) {
        return find(name)
                .map(value -> value.canConvertToInt() && value.isIntegralNumber()
                        ? value.asInt()
                        : this.<Integer>fail(name, value));
    }

    String type() {
        return text("type");
    }

    Optional<JsonNode> find(String name) {
        JsonNode value = node.path(name);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    LoupeException unsupported(String what, String known) {
        return new LoupeException(
                "%s uses the %s \"%s\", which is not supported; Loupe knows %s.".formatted(file, what, type(), known));
    }

    <T> T fail(String name, JsonNode value) {
        throw new LoupeException("%s holds %s for \"%s\", which it cannot be; the file is damaged, get it again."
                .formatted(file, Vocabulary.shown(value.toString()), name));
    }
}
