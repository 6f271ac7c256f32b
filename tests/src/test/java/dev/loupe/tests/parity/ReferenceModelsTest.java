package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.vector.VectorBackend;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.format.HfToGguf;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.ReferenceBackend;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A tiny random model of every architecture against transformers in float32, see the README of reference. */
class ReferenceModelsTest {
    private static final double LOGITS = 1e-3;
    private static final double NLL = 1e-5;

    @TempDir
    Path folder;

    static Stream<String> models() {
        return Stream.of(
                "llama2-mha",
                "llama31-gqa",
                "mistral-swa",
                "qwen2",
                "qwen3",
                "gemma2",
                "gemma3-text",
                "mixtral-moe",
                "phi3",
                "phi3-longrope",
                "baichuan2-7b",
                "baichuan2-13b");
    }

    @ParameterizedTest
    @MethodSource("models")
    void fromHuggingFace(String name) {
        try (var model = vector(Reference.path(name), 512)) {
            check(model, Reference.json(name + "/reference.json"));
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void onTheReferenceBackend(String name) {
        Backend backend = new ReferenceBackend(new MemoryLedger());
        try (var model = new TinyModel(Reference.path(name), new Fp32(), backend, 512)) {
            check(model, Reference.json(name + "/reference.json"));
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void fromTransformers5(String name) throws IOException {
        Path five = Reference.path(name).resolve("config.transformers5.json");
        if (!Files.exists(five)) {
            assertTrue(name.startsWith("baichuan"), "only Baichuan is not in transformers");
            return;
        }
        Files.copy(five, folder.resolve("config.json"));
        Files.copy(Reference.path(name).resolve("model.safetensors"), folder.resolve("model.safetensors"));
        try (var model = vector(folder, 512)) {
            check(model, Reference.json(name + "/reference.json"));
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void fromGguf(String name) {
        Path gguf = HfToGguf.write(Reference.path(name), folder.resolve(name + ".gguf"));
        try (var model = vector(gguf, 512)) {
            check(model, Reference.json(name + "/reference.json"));
        }
    }

    /** Trap 33. */
    @ParameterizedTest
    @MethodSource("models")
    void chunksGiveTheBitsOfTheWhole(String name) {
        int[] ids = Reference.ints(Reference.json(name + "/reference.json").get("input_ids"));
        try (var whole = vector(Reference.path(name), 512);
                var cut = vector(Reference.path(name), 7);
                var single = vector(Reference.path(name), 1)) {
            float[][] expected = whole.logits(ids);
            assertArrayEquals(expected, cut.logits(ids));
            assertArrayEquals(expected, single.logits(ids));
        }
    }

    @Test
    void longropeBelowItsBorder() {
        for (Path path : new Path[] {
            Reference.path("phi3-longrope"), HfToGguf.write(Reference.path("phi3-longrope"), folder.resolve("m.gguf"))
        }) {
            try (var model = vector(path, 512)) {
                check(model, Reference.json("phi3-longrope/reference.json").get("short_case"));
            }
        }
    }

    /** Trap 15: cached keys of the other kind are not used on. */
    @Test
    void crossingTheBorderOfLongropeReadsAgain() {
        int[] ids =
                Reference.ints(Reference.json("phi3-longrope/reference.json").get("input_ids"));
        try (var model = vector(Reference.path("phi3-longrope"), 512);
                var session = model.session()) {
            float[] last = {};
            for (int id : ids) {
                last = model.read(session, id);
            }
            assertArrayEquals(model.logits(ids)[ids.length - 1], last, "token by token over the border");
            int[] few = Arrays.copyOf(ids, 20);
            assertEquals(0, session.keepPrefix(few, model.pass()), "keys of long sequences do not serve short ones");
            for (int id : few) {
                last = model.read(session, id);
            }
            assertArrayEquals(model.logits(few)[19], last, "and back");
            assertEquals(20, session.length());
        }
        try (var model = vector(Reference.path("phi3-longrope"), 512);
                var cache = model.cache()) {
            model.pass().run(Arrays.copyOf(ids, 32), cache, 31, (index, logits) -> {});
            var e = assertThrows(
                    LoupeException.class, () -> model.pass().run(new int[] {1}, cache, 0, (index, logits) -> {}));
            assertTrue(e.getMessage().contains("33 tokens"), e.getMessage());
            assertEquals(32, cache.length());
        }
    }

    private static TinyModel vector(Path path, int chunk) {
        return new TinyModel(path, new Fp32(), new VectorBackend(2, new MemoryLedger(), new Cancellation()), chunk);
    }

    static void check(TinyModel model, JsonNode expected) {
        int[] ids = Reference.ints(expected.get("input_ids"));
        float[][] logits = model.logits(ids);
        double[] last = Reference.doubles(expected.get("last_logits"));
        for (int i = 0; i < last.length; i++) {
            assertEquals(last[i], logits[ids.length - 1][i], LOGITS, "logit " + i);
        }
        assertArrayEquals(
                Reference.ints(expected.get("argmax_per_position")),
                Arrays.stream(logits).mapToInt(TinyModel::argmax).toArray());
        double nll = expected.get("mean_nll").asDouble();
        assertEquals(nll, meanNll(logits, ids), NLL * nll);
        int[] greedy = Reference.ints(expected.get("greedy_ids"));
        assertArrayEquals(greedy, model.greedy(ids, greedy.length));
    }

    private static double meanNll(float[][] logits, int[] ids) {
        double sum = 0;
        for (int t = 0; t + 1 < ids.length; t++) {
            float[] row = logits[t];
            float max = row[TinyModel.argmax(row)];
            double exponentials = 0;
            for (float logit : row) {
                exponentials += Math.exp(logit - max);
            }
            sum += Math.log(exponentials) + max - row[ids[t + 1]];
        }
        return sum / (ids.length - 1);
    }
}
