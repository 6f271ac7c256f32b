package dev.loupe.engine.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.loupe.engine.LoupeException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts of a million characters pass every pre-tokenizer: no deep recursion, no quadratic search. */
class LongTextTest {
    private static final int LENGTH = 1_000_000;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt-2",
                "smollm",
                "starcoder",
                "refact",
                "llama-bpe",
                "qwen2",
                "falcon",
                "mpt",
                "deepseek-llm",
                "deepseek-coder"
            })
    void runs(String name) {
        PreTokenizer preTokenizer = NamedPreTokenizers.of(name);
        for (String unit : List.of(" ", "a", "1", "\n", "中", "' \n")) {
            String text = unit.repeat(LENGTH / unit.length()) + "中";
            int[] length = {0};
            preTokenizer.split(text, true, (piece, start) -> length[0] += piece.length());
            assertEquals(text.getBytes(StandardCharsets.UTF_8).length, length[0]);
        }
    }

    @Test
    void onePieceOfAMillionCharactersMerges() {
        Tokenizer tokenizer = Tokenizers.fromGguf(letters());
        String text = "a".repeat(LENGTH);
        int[] ids = tokenizer.encode(text);
        assertEquals(LENGTH / 4, ids.length);
        assertEquals(text, tokenizer.decode(ids));
    }

    @Test
    void aPatternWithoutEndIsAnError() {
        Split split = Split.isolated(Pattern.compile("(a|aa)+\\1b"));
        assertThrows(LoupeException.class, () -> split.split("a".repeat(2_000), true, (piece, start) -> {}));
        Split deep = Split.isolated(Pattern.compile("(?:a|aa)+b"));
        assertThrows(LoupeException.class, () -> deep.split("a".repeat(LENGTH), true, (piece, start) -> {}));
    }

    private static Map<String, Object> letters() {
        Map<String, Object> metadata = new HashMap<>();
        metadata.put("tokenizer.ggml.model", "gpt2");
        metadata.put("tokenizer.ggml.pre", "gpt-2");
        metadata.put("tokenizer.ggml.tokens", List.of("a", "aa", "aaaa"));
        metadata.put("tokenizer.ggml.merges", List.of("a a", "aa aa"));
        return metadata;
    }
}
