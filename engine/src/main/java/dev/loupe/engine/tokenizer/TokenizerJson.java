package dev.loupe.engine.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The text of a tokenizer.json file (github.com/huggingface/tokenizers): the long lists apart, the rest as a tree.
 *
 * <p>Invariant: reading takes memory linear in the file, whatever its numbers say.
 */
final class TokenizerJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String file;
    private final ObjectNode root = MAPPER.createObjectNode();
    private final ObjectNode model = MAPPER.createObjectNode();
    private final List<Entry> vocabulary = new ArrayList<>();
    private final List<String[]> merges = new ArrayList<>();

    /** A token with its id; the score is that of unigram models. */
    record Entry(String token, int id, double score) {}

    private TokenizerJson(String file) {
        this.file = file;
    }

    static TokenizerJson read(Path path) {
        TokenizerJson json = new TokenizerJson(path.getFileName().toString());
        try (JsonParser parser = MAPPER.createParser(path.toFile())) {
            json.expect(parser, parser.nextToken(), JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() == JsonToken.START_OBJECT && name.equals("model")) {
                    json.readModel(parser);
                } else {
                    json.root.set(name, MAPPER.readTree(parser));
                }
            }
            json.expect(parser, parser.currentToken(), JsonToken.END_OBJECT);
        } catch (IOException e) {
            throw new LoupeException(
                    "%s cannot be read (%s); get the file again.".formatted(path, firstLine(e.getMessage())), e);
        }
        return json;
    }

    /** A small JSON file as a tree. */
    static JsonFields fields(Path path) {
        try {
            JsonNode node = MAPPER.readTree(path.toFile());
            if (node.isObject()) {
                return new JsonFields(path.getFileName().toString(), node);
            }
        } catch (IOException e) {
            throw new LoupeException(
                    "%s cannot be read (%s); get the file again.".formatted(path, firstLine(e.getMessage())), e);
        }
        throw new LoupeException("%s holds no JSON object; get the file again.".formatted(path));
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }

    private void readModel(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken start = parser.nextToken();
            switch (name) {
                case "vocab" -> readVocabulary(parser, start);
                case "merges" -> readMerges(parser, start);
                default -> model.set(name, MAPPER.readTree(parser));
            }
        }
    }

    private void readVocabulary(JsonParser parser, JsonToken start) throws IOException {
        if (start == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String token = parser.currentName();
                expect(parser, parser.nextToken(), JsonToken.VALUE_NUMBER_INT);
                vocabulary.add(new Entry(token, parser.getIntValue(), 0));
            }
            return;
        }
        expect(parser, start, JsonToken.START_ARRAY);
        while (parser.nextToken() == JsonToken.START_ARRAY) {
            expect(parser, parser.nextToken(), JsonToken.VALUE_STRING);
            String token = parser.getText();
            if (!parser.nextToken().isNumeric()) {
                throw damaged(parser);
            }
            vocabulary.add(new Entry(token, vocabulary.size(), parser.getDoubleValue()));
            expect(parser, parser.nextToken(), JsonToken.END_ARRAY);
        }
        expect(parser, parser.currentToken(), JsonToken.END_ARRAY);
    }

    /** Merges are written "a b" or ["a", "b"]. */
    private void readMerges(JsonParser parser, JsonToken start) throws IOException {
        expect(parser, start, JsonToken.START_ARRAY);
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == JsonToken.VALUE_STRING) {
                merges.add(MergeTable.pair(parser.getText(), merges.size()));
            } else {
                expect(parser, token, JsonToken.START_ARRAY);
                expect(parser, parser.nextToken(), JsonToken.VALUE_STRING);
                String left = parser.getText();
                expect(parser, parser.nextToken(), JsonToken.VALUE_STRING);
                merges.add(new String[] {left, parser.getText()});
                expect(parser, parser.nextToken(), JsonToken.END_ARRAY);
            }
        }
    }

    private void expect(JsonParser parser, JsonToken token, JsonToken wanted) {
        if (token != wanted) {
            throw damaged(parser);
        }
    }

    private LoupeException damaged(JsonParser parser) {
        return new LoupeException("%s is no tokenizer file (line %d); get the file again."
                .formatted(file, parser.currentLocation().getLineNr()));
    }

    JsonFields root() {
        return new JsonFields(file, root);
    }

    /** The fields of the model other than its lists. */
    JsonFields model() {
        return new JsonFields(file, model);
    }

    List<Entry> vocabulary() {
        return vocabulary;
    }

    /** Left and right token of each merge, by rank. */
    List<String[]> merges() {
        return merges;
    }
}
