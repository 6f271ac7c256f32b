package dev.loupe.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.format.Config;
import dev.loupe.engine.format.GgufModel;
import dev.loupe.engine.format.HfFolder;
import dev.loupe.engine.format.HfToGguf;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference models mean the same in every form: config.json of both styles, and GGUF. */
class ReferenceModelsFormatTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "baichuan2-13b",
                "baichuan2-7b",
                "gemma2",
                "gemma3-text",
                "llama2-mha",
                "llama31-gqa",
                "mistral-swa",
                "mixtral-moe",
                "phi3",
                "phi3-longrope",
                "qwen2",
                "qwen3"
            })
    void ggufGivesHuggingFacesTensorsBitForBit(String name) {
        Path gguf = HfToGguf.write(reference(name), folder.resolve(name + ".gguf"));
        try (HfFolder expected = HfFolder.open(reference(name));
                GgufModel actual = GgufModel.open(gguf);
                Arena arena = Arena.ofConfined()) {
            assertEquals(expected.tensorNames(), actual.tensorNames());
            for (String tensor : expected.tensorNames()) {
                Tensor a = expected.tensor(tensor, arena);
                Tensor b = actual.tensor(tensor, arena);
                assertEquals(a.shape(), b.shape(), tensor);
                assertArrayEquals(decoded(a), decoded(b), tensor);
            }
            assertSameModel(expected.config(), actual.config());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gemma2",
                "gemma3-text",
                "llama2-mha",
                "llama31-gqa",
                "mistral-swa",
                "mixtral-moe",
                "phi3",
                "phi3-longrope",
                "qwen2",
                "qwen3"
            })
    void transformers5SaysTheSame(String name) throws IOException {
        Files.copy(reference(name).resolve("config.transformers5.json"), folder.resolve("config.json"));
        Files.copy(reference(name).resolve("model.safetensors"), folder.resolve("model.safetensors"));
        try (ModelFiles old = HfFolder.open(reference(name));
                ModelFiles five = HfFolder.open(folder)) {
            assertSameModel(old.config(), five.config());
        }
    }

    private static void assertSameModel(Config a, Config b) {
        assertEquals(a.modelType(), b.modelType());
        assertEquals(a.hiddenSize(), b.hiddenSize());
        assertEquals(a.numHiddenLayers(), b.numHiddenLayers());
        assertEquals(a.intermediateSize(), b.intermediateSize());
        assertEquals(a.numAttentionHeads(), b.numAttentionHeads());
        assertEquals(a.numKeyValueHeads(), b.numKeyValueHeads());
        assertEquals(a.headDim(), b.headDim());
        assertEquals(a.vocabSize(), b.vocabSize());
        assertEquals(a.maxPositionEmbeddings(), b.maxPositionEmbeddings());
        assertEquals(a.rmsNormEps(), b.rmsNormEps());
        assertEquals(a.ropeTheta(), b.ropeTheta());
        assertEquals(a.tieWordEmbeddings(), b.tieWordEmbeddings());
        for (int i = 0; i < a.numHiddenLayers(); i++) {
            assertEquals(a.slidingWindow(i), b.slidingWindow(i), "window of layer " + i);
        }
        for (String key : Set.of(
                "query_pre_attn_scalar",
                "attn_logit_softcapping",
                "final_logit_softcapping",
                "rope_local_base_freq",
                "num_local_experts",
                "num_experts_per_tok")) {
            assertEquals(a.number(key, -1), b.number(key, -1), key);
        }
        assertEquals(a.number("partial_rotary_factor", 1), b.number("partial_rotary_factor", 1));
        assertEquals(a.find("position_embedding"), b.find("position_embedding"));
        assertEquals(a.flag("norm_head", false), b.flag("norm_head", false));
        assertEquals(a.ropeScaling().isPresent(), b.ropeScaling().isPresent());
    }

    @Test
    void longropeFactorsAndTheirScaleSurviveGguf() {
        Path gguf = HfToGguf.write(reference("phi3-longrope"), folder.resolve("m.gguf"));
        try (ModelFiles expected = HfFolder.open(reference("phi3-longrope"));
                ModelFiles actual = GgufModel.open(gguf)) {
            Config a = expected.config().ropeScaling().orElseThrow();
            Config b = actual.config().ropeScaling().orElseThrow();
            assertEquals("longrope", a.text("rope_type").orElseThrow());
            assertEquals("longrope", b.text("rope_type").orElseThrow());
            assertArrayEquals(a.numbers("short_factor"), b.numbers("short_factor"), 1e-6);
            assertArrayEquals(a.numbers("long_factor"), b.numbers("long_factor"), 1e-6);
            assertEquals(32, a.integer("original_max_position_embeddings"));
            assertEquals(32, b.integer("original_max_position_embeddings"));
            assertEquals(Math.sqrt(1 + Math.log(8) / Math.log(32)), b.number("attention_factor"), 1e-6);
        }
    }

    /** Trap 13: never constants; GGUF has the factors themselves. */
    @Test
    void llama3FactorsSurviveGguf() {
        Path gguf = HfToGguf.write(reference("llama31-gqa"), folder.resolve("m.gguf"));
        try (ModelFiles expected = HfFolder.open(reference("llama31-gqa"));
                ModelFiles actual = GgufModel.open(gguf)) {
            Config a = expected.config().ropeScaling().orElseThrow();
            assertEquals("llama3", a.text("rope_type").orElseThrow());
            assertEquals(8, a.number("factor"));
            assertEquals(64, a.number("original_max_position_embeddings"));
            double[] factors = actual.config().ropeScaling().orElseThrow().numbers("factors");
            assertEquals(8, factors.length);
            assertEquals(1, factors[0]);
            assertEquals(8, factors[7]);
        }
    }

    /** Trap 19. */
    @Test
    void qwen2HasNoWindowThoughItNamesOne() {
        try (ModelFiles model = HfFolder.open(reference("qwen2"))) {
            assertTrue(model.config().slidingWindow(2).isEmpty());
        }
    }

    private static Path reference(String name) {
        try {
            return Path.of(ReferenceModelsFormatTest.class
                    .getResource("/reference/" + name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static float[] decoded(Tensor tensor) {
        var values = new float[(int) tensor.shape().elements()];
        tensor.dtype().decode(tensor.data(), 0, values, 0, values.length);
        return values;
    }
}
