package dev.loupe.tests.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** The recorded results of transformers in float32, see their README. */
final class Reference {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Reference() {}

    /** A file below {@code reference/}. */
    static Path path(String name) {
        try {
            return Path.of(Reference.class.getResource("/reference/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A JSON file below {@code reference/}. */
    static JsonNode json(String name) {
        try (InputStream in = Reference.class.getResourceAsStream("/reference/" + name)) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static int[] ints(JsonNode node) {
        return JSON.convertValue(node, int[].class);
    }

    static double[] doubles(JsonNode node) {
        return JSON.convertValue(node, double[].class);
    }
}
