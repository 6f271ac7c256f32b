package dev.loupe.engine.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufModelTest {
    private static final int HEADS = 4;
    private static final int KEY_HEADS = 2;
    private static final int HEAD = 8;
    private static final int HIDDEN = HEADS * HEAD;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void metadataKeepsItsTypes(int version) {
        Path path = new GgufWriter(version)
                .put("general.architecture", "llama")
                .put("u8", (byte) -1)
                .put("u16", (short) -1)
                .put("u32", -1)
                .put("u64", 1L << 40)
                .put("f32", 0.5f)
                .put("f64", 1e300)
                .put("yes", true)
                .put("text", "über\n")
                .put("none", "")
                .put("texts", List.of("a", "", "ß"))
                .put("ints", new int[] {-1, 2})
                .put("longs", new long[] {1L << 40})
                .put("floats", new float[] {1.5f})
                .put("doubles", new double[] {1e300})
                .put("bits", new boolean[] {true, false})
                .write(folder.resolve("m.gguf"));
        try (GgufModel model = GgufModel.open(path)) {
            var metadata = model.metadata();
            assertEquals(255L, metadata.get("u8"));
            assertEquals(65535L, metadata.get("u16"));
            assertEquals(4294967295L, metadata.get("u32"));
            assertEquals(1L << 40, metadata.get("u64"));
            assertEquals(0.5, metadata.get("f32"));
            assertEquals(1e300, metadata.get("f64"));
            assertEquals(true, metadata.get("yes"));
            assertEquals("über\n", metadata.get("text"));
            assertEquals("", metadata.get("none"));
            assertEquals(List.of("a", "", "ß"), metadata.get("texts"));
            assertArrayEquals(new int[] {-1, 2}, (int[]) metadata.get("ints"));
            assertArrayEquals(new long[] {1L << 40}, (long[]) metadata.get("longs"));
            assertArrayEquals(new float[] {1.5f}, (float[]) metadata.get("floats"));
            assertArrayEquals(new double[] {1e300}, (double[]) metadata.get("doubles"));
            assertArrayEquals(new int[] {1, 0}, (int[]) metadata.get("bits"));
            assertEquals(16, metadata.size());
        }
    }

    @Test
    void configHasHuggingFacesNames() {
        try (GgufModel model = GgufModel.open(llama().write(folder.resolve("m.gguf")))) {
            Config config = model.config();
            assertEquals("llama", config.modelType());
            assertEquals(HIDDEN, config.hiddenSize());
            assertEquals(1, config.numHiddenLayers());
            assertEquals(48, config.intermediateSize());
            assertEquals(HEADS, config.numAttentionHeads());
            assertEquals(KEY_HEADS, config.numKeyValueHeads());
            assertEquals(HEAD, config.headDim());
            assertEquals(96, config.vocabSize());
            assertEquals(128, config.maxPositionEmbeddings());
            assertEquals(1e-5f, config.rmsNormEps());
            assertEquals(100_000.0, config.ropeTheta());
            assertTrue(config.tieWordEmbeddings());
        }
    }

    @Test
    void namesAndShapesAreHuggingFaces() {
        try (GgufModel model = GgufModel.open(llama().write(folder.resolve("m.gguf")));
                Arena arena = Arena.ofConfined()) {
            assertEquals(
                    Set.of(
                            "model.embed_tokens.weight",
                            "model.layers.0.self_attn.q_proj.weight",
                            "model.layers.0.self_attn.k_proj.weight",
                            "model.layers.0.self_attn.q_proj.bias",
                            "model.layers.0.mlp.down_proj.weight",
                            "blk.0.something_new.weight"),
                    model.tensorNames());
            assertEquals(
                    new Shape(96, HIDDEN),
                    model.tensor("model.embed_tokens.weight", arena).shape());
            assertEquals(
                    new Shape(HIDDEN, 64),
                    model.tensor("model.layers.0.mlp.down_proj.weight", arena).shape());
            assertEquals("m", model.name());
            assertEquals(model.path(), folder.resolve("m.gguf"));
            var missing = assertThrows(LoupeException.class, () -> model.tensor("lm_head.weight", arena));
            assertTrue(missing.getMessage().contains("lm_head.weight"), missing.getMessage());
        }
    }

    /** Traps 1 and 2: llama's q and k rows come back in halves order, k by its own number of heads, biases too. */
    @Test
    void rotatedRowsAreInHalvesOrder() {
        try (GgufModel model = GgufModel.open(llama().write(folder.resolve("m.gguf")));
                Arena arena = Arena.ofConfined()) {
            assertArrayEquals(query(), decoded(model.tensor("model.layers.0.self_attn.q_proj.weight", arena)));
            assertArrayEquals(key(), decoded(model.tensor("model.layers.0.self_attn.k_proj.weight", arena)));
            assertArrayEquals(bias(), decoded(model.tensor("model.layers.0.self_attn.q_proj.bias", arena)));
        }
    }

    @Test
    void quantisedRowsMoveAsBytes() {
        DType q4 = DTypes.parse("asym_int4");
        float[] permuted = permuted(query(), HEADS, HIDDEN);
        Path path = base().tensor("blk.0.attn_q.weight", q4, permuted, HIDDEN, HIDDEN)
                .write(folder.resolve("q.gguf"));
        var expected = new byte[(int) q4.bytes(HIDDEN * HIDDEN)];
        q4.encode(query(), 0, MemorySegment.ofArray(expected), 0, HIDDEN * HIDDEN);
        try (GgufModel model = GgufModel.open(path);
                Arena arena = Arena.ofConfined()) {
            Tensor q = model.tensor("model.layers.0.self_attn.q_proj.weight", arena);
            assertEquals("asym_int4", q.dtype().id());
            assertArrayEquals(expected, GgufWriter.bytesOf(q));
        }
    }

    static Set<String> dtypes() {
        return GgufWriter.dtypes();
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    void everyDtypeKeepsItsBytes(String id) {
        DType dtype = DTypes.parse(id);
        var bytes = new byte[3 * 2 * dtype.blockBytes()];
        new Random(4).nextBytes(bytes);
        long columns = 2L * dtype.blockElements();
        Path path = base().tensor("output.weight", dtype, bytes, 3, columns).write(folder.resolve("d.gguf"));
        try (GgufModel model = GgufModel.open(path);
                Arena arena = Arena.ofConfined()) {
            Tensor tensor = model.tensor("lm_head.weight", arena);
            assertEquals(dtype, tensor.dtype());
            assertEquals(new Shape(3, columns), tensor.shape());
            assertArrayEquals(bytes, GgufWriter.bytesOf(tensor));
        }
    }

    @Test
    void unchangedTensorsAreReadOnlyViewsThatEndWithTheModel() {
        GgufModel model = GgufModel.open(llama().write(folder.resolve("m.gguf")));
        MemorySegment embedding;
        try (Arena arena = Arena.ofConfined()) {
            embedding = model.tensor("model.embed_tokens.weight", arena).data();
        }
        assertEquals(0, embedding.get(ValueLayout.JAVA_FLOAT, 0));
        assertTrue(embedding.isReadOnly());
        assertFalse(embedding.isMapped(), "kernels see one class of segments");
        model.close();
        model.close();
        assertThrows(IllegalStateException.class, () -> embedding.get(ValueLayout.JAVA_FLOAT, 0));
        var closed =
                assertThrows(LoupeException.class, () -> model.tensor("model.embed_tokens.weight", Arena.ofAuto()));
        assertTrue(closed.getMessage().contains("load the model again"), closed.getMessage());
    }

    @Test
    void aFileThatIsCutWhileOpenIsAnError() throws IOException {
        Path path = llama().write(folder.resolve("m.gguf"));
        try (GgufModel model = GgufModel.open(path)) {
            model.tensorNames();
            try (var file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(4096);
            }
            var cut =
                    assertThrows(LoupeException.class, () -> model.tensor("model.embed_tokens.weight", Arena.ofAuto()));
            assertTrue(cut.getMessage().contains("was cut"), cut.getMessage());
            Files.delete(path);
            assertThrows(LoupeException.class, () -> model.tensor("model.embed_tokens.weight", Arena.ofAuto()));
        }
    }

    @Test
    void tensorsBeyondTwoGibibytesAreRead() throws IOException {
        long rows = 3L << 20;
        long columns = 512;
        long bytes = rows * columns * 2;
        var writer = base().promiseTensor("big", 1, 0, rows, columns).promiseTensor("last", 0, bytes, 4);
        Path path = folder.resolve("big.gguf");
        Files.write(path, writer.headerBytes());
        long start = Files.size(path);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {0x00, 0x3C}), start + bytes - 2);
            channel.write(ByteBuffer.wrap(new byte[16]), start + bytes);
        }
        try (GgufModel model = GgufModel.open(path);
                Arena arena = Arena.ofConfined()) {
            var big = model.tensor("big", arena);
            var value = new float[1];
            big.dtype().decode(big.data(), bytes - 2, value, 0, 1);
            assertEquals(1f, value[0]);
            assertEquals(bytes + 16, model.bytes());
        }
    }

    @Test
    void ropeFactorsBecomeConfig() {
        Path path = base().tensor("rope_freqs.weight", DTypes.FP32, new float[] {1, 1, 2.5f, 8}, 4)
                .write(folder.resolve("m.gguf"));
        try (GgufModel model = GgufModel.open(path)) {
            assertEquals(
                    "{rope_type=factors, factors=[1.0, 1.0, 2.5, 8.0]}",
                    model.config().find("rope_scaling").orElseThrow().toString());
            assertFalse(model.tensorNames().contains("rope_freqs.weight"));
        }
    }

    @Test
    void anUnknownArchitectureFailsByNameButShowsItsMetadata() {
        Path path = new GgufWriter().put("general.architecture", "rwkv9").write(folder.resolve("m.gguf"));
        try (GgufModel model = GgufModel.open(path)) {
            assertEquals("rwkv9", model.metadata().get("general.architecture"));
            var unknown = assertThrows(LoupeException.class, model::config);
            assertTrue(unknown.getMessage().contains("'rwkv9'")
                    && unknown.getMessage().contains("qwen3"));
            assertThrows(LoupeException.class, model::tensorNames);
        }
    }

    private static GgufWriter base() {
        return new GgufWriter()
                .put("general.architecture", "llama")
                .put("general.name", "tiny")
                .put("llama.block_count", 1)
                .put("llama.context_length", 128)
                .put("llama.embedding_length", HIDDEN)
                .put("llama.feed_forward_length", 48)
                .put("llama.attention.head_count", HEADS)
                .put("llama.attention.head_count_kv", KEY_HEADS)
                .put("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .put("llama.rope.freq_base", 100_000f);
    }

    private static GgufWriter llama() {
        return base().tensor("token_embd.weight", DTypes.FP32, new float[96 * HIDDEN], 96, HIDDEN)
                .tensor("blk.0.attn_q.weight", DTypes.FP32, permuted(query(), HEADS, HIDDEN), HIDDEN, HIDDEN)
                .tensor("blk.0.attn_k.weight", DTypes.FP16, permuted(key(), KEY_HEADS, HIDDEN), HIDDEN / 2, HIDDEN)
                .tensor("blk.0.attn_q.bias", DTypes.FP32, permuted(bias(), HEADS, 1), HIDDEN)
                .tensor("blk.0.ffn_down.weight", DTypes.FP32, new float[HIDDEN * 64], HIDDEN, 64)
                .tensor("blk.0.something_new.weight", DTypes.FP32, new float[4], 4);
    }

    /** LlamaModel.permute of convert_hf_to_gguf.py: reshape(heads, 2, d / 2, columns).swapaxes(1, 2). */
    private static float[] permuted(float[] values, int heads, int columns) {
        int half = values.length / columns / heads / 2;
        var permuted = new float[values.length];
        for (int h = 0; h < heads; h++) {
            for (int s = 0; s < 2; s++) {
                for (int i = 0; i < half; i++) {
                    int from = ((h * 2 + s) * half + i) * columns;
                    int to = ((h * half + i) * 2 + s) * columns;
                    System.arraycopy(values, from, permuted, to, columns);
                }
            }
        }
        return permuted;
    }

    private static float[] query() {
        return random(1, HIDDEN * HIDDEN);
    }

    private static float[] key() {
        return random(2, HIDDEN * HIDDEN / 2);
    }

    private static float[] bias() {
        return random(3, HIDDEN);
    }

    /** Values that binary16 holds exactly. */
    private static float[] random(int seed, int size) {
        var random = new Random(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = random.nextInt(-1000, 1000) / 64f;
        }
        return values;
    }

    private static float[] decoded(Tensor tensor) {
        int size = (int) tensor.shape().elements();
        var values = new float[size];
        tensor.dtype().decode(tensor.data(), 0, values, 0, size);
        return values;
    }
}
