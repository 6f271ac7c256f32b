package dev.loupe.engine.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What GGUF does not say follows llama.cpp. */
class GgufConfigTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"llama, 0, 0, llama", "llama, 9, 0, mistral", "llama, 0, 8, mixtral"})
    void llamaIsThreeArchitectures(String architecture, int window, int experts, String modelType) {
        var writer = gguf(architecture, 2)
                .put("llama.attention.sliding_window", window)
                .put("llama.expert_count", experts);
        assertEquals(modelType, config(writer).modelType());
    }

    @ParameterizedTest
    @CsvSource({"gemma2, 26, 32", "gemma2, 46, 16", "gemma3, 34, 32", "gemma3, 62, 16"})
    void gemmasQueryScaleFollowsItsSize(String architecture, int layers, double scalar) {
        Config config = config(gguf(architecture, layers).put(architecture + ".attention.key_length", 32));
        assertEquals(scalar, config.number("query_pre_attn_scalar"));
    }

    @Test
    void gemma3MayListItsLayers() {
        Config config = config(gguf("gemma3", 3)
                .put("gemma3.attention.sliding_window", 8)
                .put("gemma3.attention.sliding_window_pattern", new boolean[] {true, false, true}));
        assertEquals(OptionalInt.of(8), config.slidingWindow(0));
        assertEquals(OptionalInt.empty(), config.slidingWindow(1));
        assertEquals(OptionalInt.empty(), config(gguf("gemma3", 3)).slidingWindow(0), "no key, no window");
    }

    /** Trap 16. */
    @Test
    void phi3MiniHasItsWindowThoughOldFilesLackIt() {
        assertEquals(
                OptionalInt.of(2047),
                config(gguf("phi3", 2).put("phi3.context_length", 4096)).slidingWindow(0));
        assertEquals(
                OptionalInt.empty(),
                config(gguf("phi3", 2).put("phi3.context_length", 131072)).slidingWindow(0));
        assertEquals(
                OptionalInt.empty(),
                config(gguf("phi3", 2).put("phi3.context_length", 4096).put("phi3.attention.sliding_window", 0))
                        .slidingWindow(0));
    }

    @Test
    void baichuansPositionsAndHeadFollowItsSize() {
        Config thirteen = config(gguf("baichuan", 40).put("baichuan.vocab_size", 125696));
        assertEquals("alibi", thirteen.text("position_embedding").orElseThrow());
        assertTrue(thirteen.flag("norm_head", false));
        Config seven = config(gguf("baichuan", 32).put("baichuan.vocab_size", 64000));
        assertEquals("rope", seven.text("position_embedding").orElseThrow());
        assertFalse(seven.flag("norm_head", false));
    }

    @Test
    void ropeIsStretchedAsTheKeysSay() {
        Config old = config(gguf("llama", 2).put("llama.rope.scale_linear", 4f));
        assertEquals("linear", old.ropeScaling().orElseThrow().text("rope_type").orElseThrow());
        assertEquals(4, old.ropeScaling().orElseThrow().number("factor"));
        Config yarn = config(gguf("qwen2", 2)
                .put("qwen2.rope.scaling.type", "yarn")
                .put("qwen2.rope.scaling.factor", 4f)
                .put("qwen2.rope.scaling.original_context_length", 32768));
        assertEquals("yarn", yarn.ropeScaling().orElseThrow().text("rope_type").orElseThrow());
        assertEquals(32768, yarn.ropeScaling().orElseThrow().integer("original_max_position_embeddings"));
        assertTrue(config(gguf("llama", 2).put("llama.rope.scaling.type", "none"))
                .ropeScaling()
                .isEmpty());
    }

    @Test
    void layersMaySayTheSameButNotDiffer() {
        assertEquals(
                2,
                config(gguf("llama", 2).put("llama.attention.head_count_kv", new int[] {2, 2}))
                        .numKeyValueHeads());
        var differ = gguf("llama", 2).put("llama.attention.head_count_kv", new int[] {2, 4});
        String message =
                assertThrows(LoupeException.class, () -> config(differ)).getMessage();
        assertTrue(message.contains("another llama.attention.head_count_kv in each layer"), message);
    }

    private static GgufWriter gguf(String architecture, int layers) {
        return new GgufWriter()
                .put("general.architecture", architecture)
                .put(architecture + ".block_count", layers)
                .put(architecture + ".embedding_length", 64)
                .put(architecture + ".attention.head_count", 4);
    }

    private Config config(GgufWriter writer) {
        try (GgufModel model = GgufModel.open(writer.write(folder.resolve("m.gguf")))) {
            return model.config();
        }
    }
}
