package dev.loupe.engine.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A real file of another family, in mixed dtypes. */
class Gemma3Test {
    private static GgufModel model;

    @BeforeAll
    static void open() {
        Path path;
        try {
            path = ModelStore.find("gemma3-270m");
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
        assertEquals("gemma3_text", config.modelType());
        assertEquals(640, config.hiddenSize());
        assertEquals(18, config.numHiddenLayers());
        assertEquals(4, config.numAttentionHeads());
        assertEquals(1, config.numKeyValueHeads());
        assertEquals(256, config.headDim());
        assertEquals(256, config.number("query_pre_attn_scalar"));
        assertEquals(1e6, config.ropeTheta());
        assertEquals(1e4, config.number("rope_local_base_freq"));
        assertEquals(OptionalInt.of(512), config.slidingWindow(0));
        assertEquals(OptionalInt.empty(), config.slidingWindow(5));
        assertEquals(OptionalInt.empty(), config.slidingWindow(17));
        assertEquals(1e-6f, config.rmsNormEps());
        assertTrue(config.tieWordEmbeddings());
        assertTrue(config.ropeScaling().isEmpty());
        assertTrue(config.find("final_logit_softcapping").isEmpty());
    }

    @Test
    void everyTensorHasHuggingFacesNameAndShape() {
        var dtypes = new TreeSet<String>();
        try (Arena arena = Arena.ofConfined()) {
            for (String name : model.tensorNames()) {
                assertTrue(name.startsWith("model."), name);
                dtypes.add(model.tensor(name, arena).dtype().id());
            }
            assertEquals(18 * 13 + 2, model.tensorNames().size());
            assertEquals(new Shape(262_144, 640), shape("model.embed_tokens.weight", arena));
            assertEquals(new Shape(256), shape("model.layers.0.self_attn.q_norm.weight", arena));
            assertEquals(new Shape(640), shape("model.layers.0.pre_feedforward_layernorm.weight", arena));
        }
        assertTrue(dtypes.size() > 2, dtypes::toString);
    }

    /** Trap 3: the file has the factor 1 + w, which cannot be below zero as trained. */
    @Test
    void normsAreAsHuggingFaceStoresThem() {
        try (Arena arena = Arena.ofConfined();
                GgufFile file = GgufFile.open(model.path())) {
            float stored = first(file.tensor(file.tensors().get("blk.0.attn_norm.weight")));
            float w = first(model.tensor("model.layers.0.input_layernorm.weight", arena));
            assertEquals(stored - 1, w);
        }
    }

    private static Shape shape(String name, Arena arena) {
        return model.tensor(name, arena).shape();
    }

    private static float first(Tensor tensor) {
        var values = new float[1];
        tensor.dtype().decode(tensor.data(), 0, values, 0, 1);
        return values[0];
    }
}
