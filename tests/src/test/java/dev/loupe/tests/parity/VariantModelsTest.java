package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loupe.engine.backend.vector.VectorBackend;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.format.HfToGguf;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Further tiny random models against transformers in float32: other sizes, windows, RoPE scalings, caps and experts
 * than those of {@link ReferenceModelsTest}, as a list of model folders below {@code reference/variants}.
 */
class VariantModelsTest {
    @TempDir
    private Path folder;

    static List<String> models() throws IOException {
        try (Stream<Path> folders = Files.list(Reference.path("variants"))) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void isWhatTransformersComputes(String name) {
        check(name, Reference.path("variants/" + name));
    }

    /** With the config as the Hub's files have it, what is default left out. */
    @ParameterizedTest
    @MethodSource("models")
    void withAConfigInTheOldStyle(String name) throws IOException {
        check(name, oldStyle(name));
    }

    private Path oldStyle(String name) throws IOException {
        Path source = Reference.path("variants/" + name);
        Files.copy(source.resolve("config.old.json"), folder.resolve("config.json"));
        Files.copy(source.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        return folder;
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-odd", "llama-llama3", "mixtral-5-3", "phi3-partial", "phi3-long"})
    void fromGguf(String name) throws IOException {
        check(name, HfToGguf.write(oldStyle(name), folder.resolve(name + ".gguf")));
    }

    private static void check(String name, Path path) {
        JsonNode expected = Reference.json("variants/" + name + "/reference.json");
        int[] ids = Reference.ints(expected.get("input_ids"));
        var backend = new VectorBackend(2, new MemoryLedger(), new Cancellation());
        try (var model = new TinyModel(path, new Fp32(), backend, 512)) {
            float[][] logits = model.logits(ids);
            double[] last = Reference.doubles(expected.get("last_logits"));
            for (int i = 0; i < last.length; i++) {
                assertEquals(last[i], logits[ids.length - 1][i], 1e-3, "logit " + i);
            }
            int[] best = Arrays.stream(logits).mapToInt(TinyModel::argmax).toArray();
            assertArrayEquals(Reference.ints(expected.get("argmax_per_position")), best);
            int[] greedy = Reference.ints(expected.get("greedy_ids"));
            assertArrayEquals(greedy, model.greedy(ids, greedy.length));
        }
    }
}
