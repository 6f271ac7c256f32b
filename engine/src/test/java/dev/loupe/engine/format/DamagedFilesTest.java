package dev.loupe.engine.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.loupe.Loupe;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DTypes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happened to a file: an error of one sentence or a model, in little time and memory. */
@Timeout(120)
class DamagedFilesTest {
    private static final long MOST_BYTES = 16 << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final String CONFIG = """
            {"model_type": "gemma3_text", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
             "num_key_value_heads": 1, "head_dim": 4, "vocab_size": 6, "rms_norm_eps": 1e-6, "sliding_window": 4,
             "layer_types": ["sliding_attention"], "rope_scaling": {"type": "longrope", "short_factor": [1, 2]},
             "rope_parameters": {"full_attention": {"rope_theta": 1e4, "rope_type": "linear", "factor": 2.0}}}""";

    @TempDir
    Path folder;

    @Test
    void gguf() throws IOException {
        byte[] valid = new GgufWriter()
                .put("general.architecture", "llama")
                .put("general.alignment", 32)
                .put("llama.attention.head_count", 2)
                .put("llama.attention.head_count_kv", new int[] {1, 1})
                .put("llama.embedding_length", 8)
                .put("llama.expert_count", 2)
                .put("tokenizer.ggml.tokens", List.of("a", "bc", "def"))
                .put("tokenizer.ggml.scores", new float[] {1, 2, 3})
                .tensor("token_embd.weight", DTypes.FP16, new float[24], 3, 8)
                .tensor("blk.0.attn_q.weight", DTypes.FP32, new float[64], 8, 8)
                .tensor("blk.0.ffn_up_exps.weight", DTypes.FP32, new float[64], 2, 4, 8)
                .tensor("rope_freqs.weight", DTypes.FP32, new float[2], 2)
                .bytes();
        Path path = folder.resolve("m.gguf");
        check(valid, 900, path, 3000);
    }

    @Test
    void safetensors() throws IOException {
        Files.writeString(folder.resolve("config.json"), CONFIG);
        byte[] valid = new SafetensorsWriter()
                .raw("\"__metadata__\": {\"format\": \"pt\"}")
                .tensor("model.embed_tokens.weight", DTypes.BF16, new float[48], 6, 8)
                .tensor("model.layers.0.self_attn.W_pack.weight", DTypes.FP32, new float[96], 12, 8)
                .tensor("model.norm.weight", DTypes.FP16, new float[8], 8)
                .bytes();
        check(valid, 400, folder.resolve("model.safetensors"), 3000);
    }

    @Test
    void config() throws IOException {
        new SafetensorsWriter()
                .tensor("model.norm.weight", DTypes.FP16, new float[8], 8)
                .write(folder.resolve("model.safetensors"));
        byte[] valid = CONFIG.getBytes(StandardCharsets.UTF_8);
        check(valid, valid.length, folder.resolve("config.json"), 3000);
    }

    @Test
    void configWithAnyValueAnywhere() throws IOException {
        new SafetensorsWriter()
                .tensor("model.norm.weight", DTypes.FP16, new float[8], 8)
                .write(folder.resolve("model.safetensors"));
        Path path = folder.resolve("config.json");
        for (String odd : List.of(
                "null", "0", "-1", "1e999", "2147483647", "\"x\"", "[]", "{}", "[[1]]", "true", "1".repeat(900))) {
            for (String key : JsonFile.parse(path, CONFIG.getBytes(StandardCharsets.UTF_8))
                    .keySet()) {
                String json = CONFIG.replaceFirst("\"" + key + "\": [^,}\\]]*", "\"" + key + "\": " + odd);
                Files.writeString(path, json);
                use(path);
            }
        }
    }

    private static void check(byte[] valid, int header, Path path, int count) throws IOException {
        Files.write(path, valid);
        assertTrue(use(path), "the undamaged file loads");
        List<byte[]> damaged = Mutations.of(valid, header, count).toList();
        for (int i = 0; i < damaged.size(); i++) {
            Files.write(path, damaged.get(i));
            long before = THREADS.getCurrentThreadAllocatedBytes();
            try {
                use(path);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("mutation " + i, e);
            }
            long used = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertTrue(used < MOST_BYTES, "mutation " + i + " took " + used + " bytes");
        }
    }

    /** Loads all that a model would; whether it could. */
    private static boolean use(Path path) {
        try (ModelFiles model = ModelFormats.open(path);
                Arena arena = Arena.ofConfined()) {
            model.chatTemplate();
            model.name();
            boolean whole = true;
            for (String name : model.tensorNames()) {
                whole &= loads(() -> model.tensor(name, arena)
                        .data()
                        .asSlice(0, model.tensor(name, arena).bytes()));
            }
            Config config = model.config();
            for (Runnable getter : List.<Runnable>of(
                    config::modelType,
                    config::hiddenSize,
                    config::numHiddenLayers,
                    config::numAttentionHeads,
                    config::numKeyValueHeads,
                    config::headDim,
                    config::vocabSize,
                    config::rmsNormEps,
                    config::ropeTheta,
                    config::tieWordEmbeddings,
                    () -> config.slidingWindow(0),
                    () -> config.ropeScaling().map(scaling -> scaling.numbers("short_factor")))) {
                loads(getter);
            }
            loads(() -> Loupe.info(path.toString()));
            return whole;
        } catch (LoupeException e) {
            sentence(e);
            return false;
        }
    }

    private static boolean loads(Runnable use) {
        try {
            use.run();
            return true;
        } catch (LoupeException e) {
            sentence(e);
            return false;
        }
    }

    private static void sentence(LoupeException e) {
        String message = e.getMessage();
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.endsWith(".") && message.length() < 600, message);
    }
}
