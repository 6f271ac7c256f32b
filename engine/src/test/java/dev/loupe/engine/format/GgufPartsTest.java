package dev.loupe.engine.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DTypes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that gguf-split cut. */
class GgufPartsTest {
    @TempDir
    Path folder;

    @BeforeEach
    void write() {
        part(0, 2, 2)
                .put("general.architecture", "qwen2")
                .put("qwen2.attention.head_count", 2)
                .put("qwen2.embedding_length", 8)
                .tensor("token_embd.weight", DTypes.FP32, new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 8)
                .write(name(1, 2));
        part(1, 2, 2)
                .tensor("output_norm.weight", DTypes.FP32, new float[] {9, 9, 9, 9, 9, 9, 9, 9}, 8)
                .write(name(2, 2));
    }

    @Test
    void anyPartOpensTheWhole() {
        for (int part = 1; part <= 2; part++) {
            try (GgufModel model = GgufModel.open(name(part, 2));
                    Arena arena = Arena.ofConfined()) {
                assertEquals("qwen2", model.config().modelType());
                assertEquals(Set.of("model.embed_tokens.weight", "model.norm.weight"), model.tensorNames());
                assertEquals(8, model.tensor("model.norm.weight", arena).shape().elements());
                assertEquals("tiny", model.name(), "without its part");
                assertEquals(64, model.bytes());
            }
        }
    }

    @Test
    void aFolderWithOneSplitModelHasOneModel() {
        try (ModelFiles model = ModelFormats.open(folder)) {
            assertEquals(name(1, 2), model.path());
        }
    }

    @Test
    void partsThatDoNotFitAreNamed() throws IOException {
        Files.delete(name(2, 2));
        refused(name(1, 2), "tiny-00002-of-00002.gguf is missing");
        part(0, 2, 2).write(name(2, 2));
        refused(name(1, 2), "another part than its name");
        part(1, 2, 2).tensor("token_embd.weight", DTypes.FP32, new float[8], 8).write(name(2, 2));
        refused(name(1, 2), "as an earlier part has");
        part(1, 2, 2).write(name(2, 2));
        refused(name(1, 2), "promises 2 tensors");
        refused(Files.copy(name(1, 2), folder.resolve("renamed.gguf")), "give it back its name");
    }

    private void refused(Path path, String part) {
        String message =
                assertThrows(LoupeException.class, () -> GgufModel.open(path)).getMessage();
        assertTrue(message.contains(part), message);
    }

    private static GgufWriter part(int number, int count, int tensors) {
        return new GgufWriter()
                .put("split.no", (short) number)
                .put("split.count", (short) count)
                .put("split.tensors.count", tensors);
    }

    private Path name(int part, int count) {
        return folder.resolve("tiny-%05d-of-%05d.gguf".formatted(part, count));
    }
}
