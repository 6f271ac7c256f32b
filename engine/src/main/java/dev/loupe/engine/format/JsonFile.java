package dev.loupe.engine.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object in a file of a model's folder.
 *
 * <p>Invariant: a file that is too large, no JSON or no object is one sentence; a key that occurs twice is an error.
 */
final class JsonFile {
    private static final long LARGEST = 32L << 20;

    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFile() {}

    /** The object in a file, if the file exists. */
    static Optional<Map<String, Object>> readIfThere(Path path) {
        return Files.exists(path) ? Optional.of(read(path)) : Optional.empty();
    }

    /**
     * The object in a file.
     *
     * @throws LoupeException if it cannot be read
     */
    static Map<String, Object> read(Path path) {
        byte[] text;
        try (MappedFile file = MappedFile.open(path)) {
            if (file.size() > LARGEST) {
                throw new LoupeException("%s has %d MiB, too much for a description of a model; get it again."
                        .formatted(path, file.size() >> 20));
            }
            text = file.view(0, file.size()).toArray(ValueLayout.JAVA_BYTE);
        }
        return parse(path, text);
    }

    /** The object in JSON text that came from a file. */
    static Map<String, Object> parse(Path path, byte[] text) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            Map<String, Object> object = MAPPER.readValue(parser, new TypeReference<>() {});
            if (object == null) {
                throw new LoupeException("%s holds no JSON object; get it again.".formatted(path));
            }
            return object;
        } catch (JsonProcessingException e) {
            throw noJson(path, e);
        } catch (IOException e) {
            throw new LoupeException("%s cannot be read; check the disk it lies on.".formatted(path), e);
        }
    }

    /** The sentence for text that is no JSON object. */
    static LoupeException noJson(Path path, JsonProcessingException cause) {
        var at = cause.getLocation();
        return new LoupeException(
                "%s is damaged: it is no JSON object%s; get it again."
                        .formatted(
                                path,
                                at == null ? "" : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr())),
                cause);
    }
}
