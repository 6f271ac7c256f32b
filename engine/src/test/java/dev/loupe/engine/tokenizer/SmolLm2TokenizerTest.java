package dev.loupe.engine.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Shared;
import dev.loupe.engine.format.GgufModel;
import dev.loupe.engine.hub.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bundled model's tokenizer against Hugging Face's ids. */
class SmolLm2TokenizerTest {
    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        try (GgufModel model = GgufModel.open(ModelStore.find("smollm2"))) {
            tokenizer = Tokenizers.fromGguf(model.metadata());
        } catch (LoupeException e) {
            abort("skipped: " + e.getMessage());
        }
    }

    @Test
    void idsOfEveryPrompt() throws IOException {
        JsonNode cases = reference().get("cases");
        assertFalse(cases.isEmpty());
        for (JsonNode c : cases) {
            String prompt = c.get("prompt").asText();
            int[] ids = prompt.contains("<|im_start|>") ? tokenizer.encodeTemplate(prompt) : tokenizer.encode(prompt);
            assertArrayEquals(ids(c.get("input_ids")), ids, prompt);
        }
    }

    @Test
    void idsOfWikiText() throws IOException {
        JsonNode perplexity = reference().get("perplexity");
        String text = Files.readString(Shared.path("datasets/wikitext-2-raw-test.txt"));
        int[] ids = tokenizer.encode(text);
        assertEquals(perplexity.get("token_count").asInt(), ids.length);
        assertArrayEquals(ids(perplexity.get("first_32_ids")), Arrays.copyOf(ids, 32));
        assertEquals(text, tokenizer.decode(ids));
    }

    @Test
    void specialTokensAreParsedInTemplatesOnly() {
        assertArrayEquals(new int[] {1, 4093, 2}, tokenizer.encodeTemplate("<|im_start|>user<|im_end|>"));
        int[] text = tokenizer.encode("<|im_start|>user<|im_end|>");
        assertTrue(Arrays.stream(text).noneMatch(tokenizer::isSpecial));
        assertEquals("<|im_start|>user<|im_end|>", tokenizer.decode(text));
    }

    @Test
    void marks() {
        assertEquals(OptionalInt.of(1), tokenizer.bos());
        assertFalse(tokenizer.addsBos());
        assertEquals(Set.of(0, 2), tokenizer.eos());
        assertEquals("<|im_end|>", tokenizer.templateTokens().get("eos_token"));
        assertEquals(49_152, tokenizer.vocabularySize());
        assertEquals("Ġthe", tokenizer.token(tokenizer.encode(" the")[0]));
    }

    private static JsonNode reference() throws IOException {
        return new ObjectMapper()
                .readTree(Shared.path("reference/real-models/SmolLM2-135M-Instruct-Q4_1.json")
                        .toFile());
    }

    private static int[] ids(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }
}
