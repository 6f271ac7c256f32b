package dev.loupe.engine.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Tiny tokenizers, one for each component, trained on this project's own text; their ids and decoded texts were written
 * by Hugging Face's tokenizers 0.23.3 and by sentencepiece 0.2.3.
 */
class HuggingFaceTokenizerTest {
    @TestFactory
    Stream<DynamicTest> idsAndTexts() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : cases().properties()) {
            tests.add(DynamicTest.dynamicTest(entry.getKey(), () -> {
                Tokenizer tokenizer = tokenizer(entry.getKey());
                assertFalse(entry.getValue().isEmpty());
                entry.getValue().forEach(c -> check(tokenizer, c));
            }));
        }
        assertTrue(tests.size() >= 19, "only " + tests.size() + " tokenizers");
        return tests.stream();
    }

    private static void check(Tokenizer tokenizer, JsonNode c) {
        String text = c.get("text").asText();
        int[] ids = ids(c.get("user"));
        assertArrayEquals(ids, tokenizer.encode(text), () -> shown("encode", text));
        if (c.has("template")) {
            assertArrayEquals(ids(c.get("template")), tokenizer.encodeTemplate(text), () -> shown("template", text));
        }
        if (!c.has("decoded")) {
            return; // sentencepiece writes an unknown token in its own way
        }
        assertEquals(c.get("decoded").asText(), tokenizer.decode(ids), () -> shown("decode", text));
        Tokenizer.StreamingDecoder decoder = tokenizer.streamingDecoder();
        StringBuilder streamed = new StringBuilder();
        for (int id : ids) {
            streamed.append(decoder.push(id));
        }
        assertEquals(c.get("decoded").asText(), streamed.append(decoder.flush()).toString());
    }

    private static String shown(String what, String text) {
        StringBuilder shown = new StringBuilder(what).append(": ");
        text.chars().forEach(ch -> shown.append(ch >= ' ' && ch < 127 ? (char) ch : "\\u%04x".formatted(ch)));
        return shown.toString();
    }

    @Test
    void endTokensAndBosComeFromTheFilesBeside() {
        Tokenizer tokenizer = tokenizer("llama2");
        int end = tokenizer.encodeTemplate("<|end|>")[0];
        assertEquals(Set.of(5, 9, end), tokenizer.eos());
        assertEquals(OptionalInt.of(1), tokenizer.bos());
        assertTrue(tokenizer.addsBos());
        assertTrue(tokenizer.isSpecial(end));
        assertEquals("<|end|>", tokenizer.token(end));
        assertEquals(Map.of("bos_token", "<s>", "eos_token", "<|end|>"), tokenizer.templateTokens());
    }

    @Test
    void aSentencePieceFileSaysItsOwnMarks() {
        Tokenizer tokenizer = tokenizer("sentencepiece-bpe");
        assertEquals(OptionalInt.of(1), tokenizer.bos());
        assertEquals(Set.of(2), tokenizer.eos());
        assertTrue(tokenizer.addsBos());
        assertArrayEquals(new int[] {1}, tokenizer.encodeTemplate("<s>"));
    }

    @Test
    void theDummySpaceIsPutBeforeTheTextOnly() {
        Tokenizer tokenizer = tokenizer("sentencepiece-bpe");
        int[] after = tokenizer.encodeTemplate("<s>the");
        assertFalse(tokenizer.token(after[1]).startsWith("\u2581"), tokenizer.token(after[1]));
        assertTrue(tokenizer.token(tokenizer.encodeTemplate("the")[0]).startsWith("\u2581"));
        assertEquals("the the", tokenizer.decode(tokenizer.encode("the the")));
    }

    private static JsonNode cases() throws IOException {
        return new ObjectMapper().readTree(resource("cases.json").toFile());
    }

    private static Tokenizer tokenizer(String name) {
        return Tokenizers.fromHuggingFace(resource(name));
    }

    static Path resource(String name) {
        try {
            return Path.of(HuggingFaceTokenizerTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int[] ids(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }
}
