package dev.loupe.engine.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged and malicious files: a tokenizer, or one clear error, soon and within bounded memory. */
class HostileTokenizerTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long MOST_NANOS = 2_000_000_000;
    private static final long MOST_BYTES = 256 << 20;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "split-removed, tokenizer.json",
        "llama2, tokenizer.json",
        "unigram, tokenizer.json",
        "sentencepiece-bpe, tokenizer.model",
        "sentencepiece-unigram, tokenizer.model"
    })
    void flippedCutAndExtendedBytes(String name, String file) throws IOException {
        byte[] whole =
                Files.readAllBytes(HuggingFaceTokenizerTest.resource(name).resolve(file));
        Random random = new Random(7);
        for (int i = 0; i < 400; i++) {
            byte[] bytes = whole.clone();
            switch (i % 4) {
                case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
                case 1 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(20));
                default -> {
                    for (int n = 0; n <= i % 8; n++) {
                        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                    }
                }
            }
            Files.write(folder.resolve(file), bytes);
            loadsOrFailsClearly();
        }
    }

    private void loadsOrFailsClearly() {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            long time = THREADS.getCurrentThreadCpuTime();
            long bytes = THREADS.getCurrentThreadAllocatedBytes();
            try {
                Tokenizer tokenizer = Tokenizers.fromHuggingFace(folder);
                tokenizer.decode(tokenizer.encodeTemplate("I've <|end|> 12 Größe \u0000 天"));
            } catch (LoupeException e) {
                assertTrue(e.getMessage().length() < 500 && e.getMessage().endsWith("."), e.getMessage());
            }
            time = THREADS.getCurrentThreadCpuTime() - time;
            bytes = THREADS.getCurrentThreadAllocatedBytes() - bytes;
            assertTrue(time < MOST_NANOS, "took " + time + " ns");
            assertTrue(bytes < MOST_BYTES, "took " + bytes + " bytes");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"model\": 3}",
                "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {}}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 2147483647}, \"merges\": []}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 99999999999}, \"merges\": []}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": -1}, \"merges\": []}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a b\"]}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"ab\"]}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [[\"a\"]]}}",
                "{\"model\": {\"type\": \"Unigram\", \"unk_id\": 7, \"vocab\": [[\"a\", 0.5]]}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}, \"normalizer\": {\"type\": \"Nope\"}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}, \"pre_tokenizer\": {\"type\": \"Nope\"}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}, \"decoder\": {\"type\": \"Nope\"}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}, \"added_tokens\": [{\"content\": \"x\"}]}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}, \"added_tokens\": [{\"content\": \"x\", \"id\": 2000000000}]}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}, \"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \"(\"}, \"behavior\": \"Isolated\"}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}, \"normalizer\": {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"AAAA\"}}"
            })
    void wrongJsonIsOneSentence(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), json);
        LoupeException e = assertThrows(LoupeException.class, () -> Tokenizers.fromHuggingFace(folder));
        assertTrue(e.getMessage().endsWith("."), e.getMessage());
    }

    @Test
    void deepNestingIsAnError() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), "{\"normalizer\": " + "[".repeat(1_000_000));
        assertThrows(LoupeException.class, () -> Tokenizers.fromHuggingFace(folder));
        String sequence = "{\"type\": \"Sequence\", \"normalizers\": [";
        String nested = sequence.repeat(400) + "{\"type\": \"NFC\"}" + "]}".repeat(400);
        String model = "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}, \"normalizer\": ";
        Files.writeString(folder.resolve("tokenizer.json"), model + nested + "}");
        loadsOrFailsClearly();
    }

    @Test
    void aFolderWithoutTokenizerShowsIdsAndCannotEncode() {
        Tokenizer tokenizer = Tokenizers.fromHuggingFace(folder);
        LoupeException e = assertThrows(LoupeException.class, () -> tokenizer.encode("a"));
        assertTrue(e.getMessage().contains("tokenizer.json"), e.getMessage());
        assertEquals("[1][23]", tokenizer.decode(1, 23));
    }

    @Test
    void aLengthBeyondTheFileIsAnError() throws IOException {
        byte[] huge = {0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F};
        Files.write(folder.resolve("tokenizer.model"), huge);
        assertThrows(LoupeException.class, () -> Tokenizers.fromHuggingFace(folder));
    }

    @Test
    void wrongMetadataIsOneSentence() {
        Map<String, Object> good = new HashMap<>();
        good.put("tokenizer.ggml.model", "gpt2");
        good.put("tokenizer.ggml.pre", "gpt-2");
        good.put("tokenizer.ggml.tokens", List.of("a", "b", "ab"));
        good.put("tokenizer.ggml.token_type", new int[] {1, 1, 1});
        good.put("tokenizer.ggml.merges", List.of("a b"));
        good.put("tokenizer.ggml.bos_token_id", 0L);
        Tokenizers.fromGguf(good);
        Map<String, Object> wrong = new HashMap<>();
        wrong.put("tokenizer.ggml.model", "nope");
        wrong.put("tokenizer.ggml.pre", "nope");
        wrong.put("tokenizer.ggml.tokens", List.of(1, 2, 3));
        wrong.put("tokenizer.ggml.token_type", List.of(1L, 2L));
        wrong.put("tokenizer.ggml.merges", List.of("a c"));
        wrong.put("tokenizer.ggml.bos_token_id", 3L);
        for (Map.Entry<String, Object> damage : wrong.entrySet()) {
            for (Object value : new Object[] {damage.getValue(), 1.5, new byte[0]}) {
                Map<String, Object> damaged = new HashMap<>(good);
                damaged.put(damage.getKey(), value);
                LoupeException e = assertThrows(LoupeException.class, () -> Tokenizers.fromGguf(damaged));
                assertTrue(e.getMessage().endsWith("."), e.getMessage());
            }
        }
        assertThrows(LoupeException.class, () -> Tokenizers.fromGguf(Map.of()));
    }

    @Test
    void anUnknownPreTokenizerNamesTheKnown() {
        LoupeException e = assertThrows(LoupeException.class, () -> NamedPreTokenizers.of("default"));
        for (String name : List.of("gpt-2", "smollm", "llama-bpe", "qwen2", "falcon", "starcoder", "refact", "mpt")) {
            assertTrue(e.getMessage().contains(name), e.getMessage());
        }
        assertTrue(e.getMessage().contains("deepseek-coder, deepseek-llm"), e.getMessage());
    }

    @Test
    void badTextIsText() {
        Tokenizer tokenizer = Tokenizers.fromHuggingFace(HuggingFaceTokenizerTest.resource("byte-level-gpt2"));
        String lone = "a\uD800b";
        String shown = tokenizer.decode(tokenizer.encode(lone));
        assertTrue(shown.equals("a\uFFFDb"), shown);
        assertThrows(LoupeException.class, () -> tokenizer.decode(-1));
        assertThrows(LoupeException.class, () -> tokenizer.token(tokenizer.vocabularySize()));
    }
}
