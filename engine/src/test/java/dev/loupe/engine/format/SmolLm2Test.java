package dev.loupe.engine.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.engine.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A real file: the bundled model. */
class SmolLm2Test {
    private static GgufModel model;

    @BeforeAll
    static void open() {
        Path path;
        try {
            path = ModelStore.find("smollm2");
        } catch (LoupeException e) {
            path = abort("skipped: " + e.getMessage());
        }
        model = GgufModel.open(path);
    }

    @AfterAll
    static void close() {
        if (model != null) {
            model.close();
        }
    }

    @Test
    void configIsThatOfHuggingFace() {
        Config config = model.config();
        assertEquals("llama", config.modelType());
        assertEquals(576, config.hiddenSize());
        assertEquals(30, config.numHiddenLayers());
        assertEquals(1536, config.intermediateSize());
        assertEquals(9, config.numAttentionHeads());
        assertEquals(3, config.numKeyValueHeads());
        assertEquals(64, config.headDim());
        assertEquals(49_152, config.vocabSize());
        assertEquals(8192, config.maxPositionEmbeddings());
        assertEquals(1e-5f, config.rmsNormEps());
        assertEquals(100_000, config.ropeTheta());
        assertTrue(config.tieWordEmbeddings());
        assertTrue(config.find("rope_scaling").isEmpty());
    }

    @Test
    void everyTensorHasHuggingFacesName() {
        assertEquals(30 * 9 + 2, model.tensorNames().size());
        assertTrue(model.tensorNames().stream().allMatch(name -> name.startsWith("model.")));
        try (Arena arena = Arena.ofConfined()) {
            var embedding = model.tensor("model.embed_tokens.weight", arena);
            assertEquals(new Shape(49_152, 576), embedding.shape());
            assertEquals("sym_int8", embedding.dtype().id());
            var down = model.tensor("model.layers.29.mlp.down_proj.weight", arena);
            assertEquals(new Shape(576, 1536), down.shape());
            assertEquals("asym_int4", down.dtype().id());
            var norm = model.tensor("model.norm.weight", arena);
            var values = new float[576];
            norm.dtype().decode(norm.data(), 0, values, 0, 576);
            assertTrue(Arrays.equals(values, norm.data().toArray(ValueLayout.JAVA_FLOAT)));
        }
    }

    @Test
    void queryRowsComeBackFromTheInterleavedOrder() {
        try (Arena arena = Arena.ofConfined()) {
            var hf = model.tensor("model.layers.3.self_attn.q_proj.weight", arena);
            try (GgufFile file = GgufFile.open(model.path())) {
                var stored = file.tensor(file.tensors().get("blk.3.attn_q.weight"));
                for (int[] pair :
                        List.of(new int[] {0, 0}, new int[] {1, 2}, new int[] {32, 1}, new int[] {64 + 33, 64 + 3})) {
                    assertArrayEquals(
                            GgufWriter.bytesOf(stored.rows(pair[1], pair[1] + 1)),
                            GgufWriter.bytesOf(hf.rows(pair[0], pair[0] + 1)));
                }
            }
            assertFalse(hf.data().isReadOnly());
        }
    }

    @Test
    void metadataIsCompact() {
        assertEquals("apache-2.0", model.metadata().get("general.license"));
        assertEquals(49_152, ((List<?>) model.metadata().get("tokenizer.ggml.tokens")).size());
        assertEquals(49_152, ((int[]) model.metadata().get("tokenizer.ggml.token_type")).length);
        assertTrue(model.chatTemplate().orElseThrow().contains("<|im_start|>"));
        assertTrue(model.bytes() > 90_000_000);
    }
}
