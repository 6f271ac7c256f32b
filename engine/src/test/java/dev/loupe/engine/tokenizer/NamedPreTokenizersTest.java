package dev.loupe.engine.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pieces as Hugging Face's tokenizers 0.23.3 cut them with the pre-tokenizer in each model's tokenizer.json. */
class NamedPreTokenizersTest {
    @ParameterizedTest
    @CsvSource({
        "gpt-2, gpt-2",
        "mpt, gpt-2",
        "smollm, smollm",
        "starcoder, smollm",
        "refact, smollm",
        "llama-bpe, llama-bpe",
        "qwen2, qwen2",
        "falcon, falcon",
        "deepseek-llm, deepseek-llm",
        "deepseek-coder, deepseek-coder"
    })
    void pieces(String name, String golden) throws IOException {
        JsonNode root = new ObjectMapper()
                .readTree(
                        HuggingFaceTokenizerTest.resource("pre-tokenizers.json").toFile());
        PreTokenizer preTokenizer = NamedPreTokenizers.of(name);
        for (int i = 0; i < root.get("texts").size(); i++) {
            List<String> pieces = new ArrayList<>();
            preTokenizer.split(root.get("texts").get(i).asText(), true, (piece, start) -> pieces.add(piece));
            JsonNode expected = root.get("pieces").get(golden).get(i);
            assertEquals(
                    StreamSupport.stream(expected.spliterator(), false)
                            .map(JsonNode::asText)
                            .toList(),
                    pieces,
                    "text " + i);
        }
    }
}
