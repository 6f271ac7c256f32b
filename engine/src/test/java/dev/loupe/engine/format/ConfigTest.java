package dev.loupe.engine.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTest {
    @Test
    void ropeOfBothStylesIsOne() {
        Config old = config("""
                {"model_type": "llama", "rope_theta": 500000.0, "max_position_embeddings": 8192,
                 "rope_scaling": {"type": "llama3", "factor": 32.0, "original_max_position_embeddings": 4096}}""");
        Config five = config("""
                {"model_type": "llama", "max_position_embeddings": 8192, "rope_parameters": {"rope_theta": 500000.0,
                 "rope_type": "llama3", "factor": 32.0, "original_max_position_embeddings": 4096}}""");
        for (Config config : new Config[] {old, five}) {
            assertEquals(500_000, config.ropeTheta());
            Config scaling = config.ropeScaling().orElseThrow();
            assertEquals("llama3", scaling.text("rope_type").orElseThrow());
            assertEquals(32, scaling.number("factor"));
            assertEquals(4096, scaling.integer("original_max_position_embeddings"));
            assertTrue(scaling.find("type").isEmpty());
        }
    }

    @Test
    void layersMayRotateDifferently() {
        Config config = config("""
                {"model_type": "gemma3_text", "rope_parameters": {
                 "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
                 "sliding_attention": {"rope_type": "default", "rope_theta": 20000.0}}}""");
        assertEquals(1e6, config.ropeTheta());
        assertEquals(2e4, config.number("rope_local_base_freq"));
        assertEquals(8, config.ropeScaling().orElseThrow().number("factor"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"rope_scaling\": null",
                "\"rope_scaling\": {\"rope_type\": \"default\"}",
                "\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 10000.0}",
                "\"rope_parameters\": null"
            })
    void plainRopeHasNoScaling(String rope) {
        assertTrue(config("{\"model_type\": \"llama\", %s}".formatted(rope))
                .ropeScaling()
                .isEmpty());
    }

    @Test
    void phi3StretchesByLongropeUnderOldNamesFromItsOwnContext() {
        Config config = config("""
                {"model_type": "phi3", "max_position_embeddings": 131072, "original_max_position_embeddings": 4096,
                 "rope_scaling": {"type": "su", "short_factor": [1, 1.5], "long_factor": [2.0, 3]}}""");
        Config scaling = config.ropeScaling().orElseThrow();
        assertEquals("longrope", scaling.text("rope_type").orElseThrow());
        assertEquals(4096, scaling.integer("original_max_position_embeddings"));
        assertArrayEquals(new double[] {1, 1.5}, scaling.numbers("short_factor"));
    }

    /** Traps 17, 18 and 19: which layers have a window, and the ways to say none. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'model_type': 'llama', 'sliding_window': 9}; 0; 0",
                "{'model_type': 'mistral', 'sliding_window': 9}; 0; 9",
                "{'model_type': 'mistral', 'sliding_window': null}; 0; 0",
                "{'model_type': 'mistral'}; 0; 4096",
                "{'model_type': 'phi3', 'sliding_window': 2047}; 3; 2047",
                "{'model_type': 'phi3', 'sliding_window': 0}; 3; 0",
                "{'model_type': 'phi3'}; 3; 0",
                "{'model_type': 'qwen2', 'sliding_window': 9, 'use_sliding_window': false}; 3; 0",
                "{'model_type': 'qwen2', 'sliding_window': 9, 'use_sliding_window': true, 'max_window_layers': 2}; 1; 0",
                "{'model_type': 'qwen2', 'sliding_window': 9, 'use_sliding_window': true, 'max_window_layers': 2}; 2; 9",
                "{'model_type': 'gemma2', 'sliding_window': 9}; 0; 9",
                "{'model_type': 'gemma2', 'sliding_window': 9}; 1; 0",
                "{'model_type': 'gemma3_text', 'sliding_window': 9}; 4; 9",
                "{'model_type': 'gemma3_text', 'sliding_window': 9}; 5; 0",
                "{'model_type': 'gemma3_text', 'sliding_window': 9, 'sliding_window_pattern': 2}; 1; 0",
                "{'model_type': 'x', 'sliding_window': 9, 'layer_types': ['sliding_attention', 'full_attention']}; 0; 9",
                "{'model_type': 'x', 'sliding_window': 9, 'layer_types': ['sliding_attention', 'full_attention']}; 1; 0"
            })
    void windowsOfLayers(String json, int layer, int window) {
        OptionalInt expected = window == 0 ? OptionalInt.empty() : OptionalInt.of(window);
        assertEquals(expected, config(json.replace('\'', '"')).slidingWindow(layer));
    }

    @Test
    void baichuanTellsItsSizeByWhatItLacks() {
        Config seven = config("""
                {"model_type": "baichuan", "max_position_embeddings": 4096, "z_loss_weight": 0}""");
        Config thirteen = config("{\"model_type\": \"baichuan\", \"model_max_length\": 4096}");
        assertEquals("rope", seven.text("position_embedding").orElseThrow());
        assertTrue(seven.flag("norm_head", false));
        assertEquals("alibi", thirteen.text("position_embedding").orElseThrow());
        assertEquals(4096, thirteen.maxPositionEmbeddings());
        assertFalse(thirteen.flag("norm_head", false));
    }

    @Test
    void whatTransformersAssumesIsAssumed() {
        Config gemma = config("{\"model_type\": \"gemma2\", \"attn_logit_softcapping\": null}");
        assertTrue(gemma.tieWordEmbeddings());
        assertEquals(30, gemma.number("final_logit_softcapping"));
        assertTrue(gemma.find("attn_logit_softcapping").isEmpty(), "null is a value");
        assertEquals(10_000, config("{\"model_type\": \"llama\"}").ropeTheta());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0; no size",
                "-3; no size",
                "1.5; no whole number",
                "1e300; no whole number",
                "NaN; no whole number",
                "true; no number",
                "'\"x\"'; no number",
                "[]; no number"
            })
    void aSizeThatIsNoneFailsByName(String value, String fault) {
        Config config = config("{\"model_type\": \"llama\", \"hidden_size\": %s}".formatted(value));
        String message = assertThrows(LoupeException.class, config::hiddenSize).getMessage();
        assertTrue(message.contains("hidden_size") && message.contains(fault), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "3", "{", "{\"a\": 1}}", "{\"a\": 1, \"a\": 2}", "{\"rope_scaling\": 3}"})
    void whatIsNoObjectIsRefused(String json) {
        String message = assertThrows(LoupeException.class, () -> config(json)).getMessage();
        assertTrue(message.endsWith("."), message);
    }

    private static Config config(String json) {
        return new Config(JsonFile.parse(Path.of("config.json"), json.getBytes(StandardCharsets.UTF_8)));
    }
}
