package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.vector.VectorBackend;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.dtype.SymInt4;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The reference models with another config: what it changes is computed, and what is not computed is refused by name.
 */
class VariantsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llama2-mha    | hidden_act              | \"relu\"              | relu",
                "gemma2        | hidden_activation       | \"gelu\"              | gelu",
                "llama2-mha    | rope_scaling            | {\"type\": \"ntk\"}     | ntk",
                "llama2-mha    | model_type              | \"olmo9\"             | olmo9",
                "llama2-mha    | partial_rotary_factor   | 0.5                   | partial_rotary_factor",
                "llama2-mha    | num_key_value_heads     | 3                     | 3 heads",
                "llama2-mha    | intermediate_size       | 200                   | gate_proj",
                "llama2-mha    | num_hidden_layers       | 2                     | model.layers.2",
                "llama2-mha    | num_hidden_layers       | 4                     | model.layers.3",
                "qwen2         | model_type              | \"qwen3\"             | q_proj",
                "qwen3         | model_type              | \"llama\"             | k_norm",
                "llama2-mha    | model_type              | \"qwen2\"             | q_proj.bias",
                "gemma3-text   | use_bidirectional_attention | true              | use_bidirectional_attention",
                "gemma2        | query_pre_attn_scalar   | 0                     | query_pre_attn_scalar",
                "gemma2        | final_logit_softcapping | -1                    | final_logit_softcapping",
                "mixtral-moe   | num_experts_per_tok     | 5                     | 5 of 4 experts",
                "mixtral-moe   | num_local_experts       | 8                     | block_sparse_moe.gate",
                "phi3          | num_key_value_heads     | 2                     | qkv_proj",
                "phi3-longrope | partial_rotary_factor   | 0.5                   | 6 factors for 4",
                "baichuan2-7b  | position_embedding      | \"learned\"           | learned",
            })
    void whatIsNotComputedIsRefusedByName(String model, String key, String value, String named) throws IOException {
        Path changed = with(model, key, value);
        var e = assertThrows(
                LoupeException.class, () -> open(changed, new Fp32()).close());
        assertTrue(e.getMessage().contains(named), e.getMessage());
        assertTrue(e.getMessage().endsWith(".") && !e.getMessage().contains("\n"), e.getMessage());
    }

    /** Traps 16 and 18: no window, and one that no text reaches, are the same; null and 0 are none. */
    @Test
    void aWindowIsItsLastPositionsOnly() throws IOException {
        int[] ids = ids("mistral-swa");
        float[][] none = logits(with("mistral-swa", "sliding_window", "null"), ids);
        assertArrayEquals(none, logits(with("mistral-swa", "sliding_window", "0"), ids));
        assertArrayEquals(none, logits(with("mistral-swa", "sliding_window", "48"), ids));
        float[][] cut = logits(with("mistral-swa", "sliding_window", "47"), ids);
        assertArrayEquals(none[46], cut[46]);
        assertNotEquals(none[47][0], cut[47][0]);
    }

    /** Trap 8: a head that the config ties is not read. */
    @Test
    void aTiedHeadIsTheEmbedding() throws IOException {
        int[] ids = ids("llama2-mha");
        float[][] own = logits(Reference.path("llama2-mha"), ids);
        float[][] tied = logits(with("llama2-mha", "tie_word_embeddings", "true"), ids);
        assertNotEquals(own[0][0], tied[0][0]);
    }

    /** A model of experts in few bits keeps its router, so that nearly the same experts are chosen. */
    @Test
    void expertsInFewBits() {
        JsonNode expected = Reference.json("mixtral-moe/reference.json");
        double[] last = Reference.doubles(expected.get("last_logits"));
        try (var model = open(Reference.path("mixtral-moe"), new SymInt4())) {
            float[] logits = model.logits(ids("mixtral-moe"))[47];
            double squares = 0;
            for (int i = 0; i < last.length; i++) {
                squares += (last[i] - logits[i]) * (last[i] - logits[i]);
            }
            double error = Math.sqrt(squares / last.length)
                    / expected.get("logits_std").asDouble();
            assertTrue(error > 0.001 && error < 0.5, "error " + error);
        }
    }

    /** Trap 7: rows that are raw in the file are normed at load, and norming twice changes nothing. */
    @Test
    void baichuansHeadIsNormedWhateverItWas() throws IOException {
        int[] ids = ids("baichuan2-7b");
        float[][] normed = logits(Reference.path("baichuan2-7b"), ids);
        float[][] raw = logits(with("baichuan2-7b", "norm_head", "false"), ids);
        assertEquals(512, raw[0].length);
        assertNotEquals(raw[47][0], normed[47][0]);
    }

    private Path with(String model, String key, String value) throws IOException {
        Path source = Reference.path(model);
        var config = (ObjectNode) JSON.readTree(source.resolve("config.json").toFile());
        config.set(key, JSON.readTree(value));
        JSON.writeValue(folder.resolve("config.json").toFile(), config);
        Files.copy(
                source.resolve("model.safetensors"),
                folder.resolve("model.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        return folder;
    }

    private static int[] ids(String model) {
        return Reference.ints(Reference.json(model + "/reference.json").get("input_ids"));
    }

    private static float[][] logits(Path path, int[] ids) {
        try (var model = open(path, new Fp32())) {
            return model.logits(ids);
        }
    }

    private static TinyModel open(Path path, DType dtype) {
        return new TinyModel(path, dtype, new VectorBackend(1, new MemoryLedger(), new Cancellation()), 512);
    }
}
