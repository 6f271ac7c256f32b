package dev.loupe.engine.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class HfFolderTest {
    private static final String NORM = "model.norm.weight";
    private static final String HEAD = "lm_head.weight";

    @TempDir
    Path folder;

    @BeforeEach
    void config() throws IOException {
        write("config.json", "{\"model_type\": \"llama\", \"hidden_size\": 4}");
    }

    @Test
    void tensorsAreViewsOfTheFile() {
        writer().write(folder.resolve("model.safetensors"));
        Tensor norm;
        try (HfFolder model = HfFolder.open(folder);
                Arena arena = Arena.ofConfined()) {
            norm = model.tensor(NORM, arena);
            assertEquals(new Shape(4), norm.shape());
            assertEquals("bf16", norm.dtype().id());
            assertTrue(norm.data().isReadOnly());
            assertFalse(norm.data().isMapped(), "kernels see one class of segments");
            assertArrayEquals(new float[] {1, 2, 3, 4}, decoded(norm));
            assertEquals(new Shape(2, 4), model.tensor(HEAD, arena).shape());
            assertEquals(8 + 2 * 4 * 4, model.bytes());
            assertEquals(folder.getFileName().toString(), model.name());
        }
        assertThrows(IllegalStateException.class, () -> norm.data().get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void oddHeadersStillGiveAlignedNumbers() {
        writer().unpadded().write(folder.resolve("model.safetensors"));
        try (HfFolder model = HfFolder.open(folder);
                Arena arena = Arena.ofConfined()) {
            Tensor head = model.tensor(HEAD, arena);
            assertEquals(0, head.data().address() % Float.BYTES);
            assertEquals(7f, head.data().getAtIndex(ValueLayout.JAVA_FLOAT, 7));
        }
    }

    @Test
    void shardsAreOneModel() throws IOException {
        shard("a.safetensors", NORM);
        shard("b.safetensors", HEAD);
        index("{\"%s\": \"a.safetensors\", \"%s\": \"b.safetensors\"}".formatted(NORM, HEAD));
        try (ModelFiles model = ModelFormats.open(folder.resolve("model.safetensors.index.json"));
                Arena arena = Arena.ofConfined()) {
            assertEquals(Set.of(NORM, HEAD), model.tensorNames());
            assertArrayEquals(new float[] {1, 2, 3, 4}, decoded(model.tensor(HEAD, arena)));
        }
    }

    @Test
    void aShardThatIsMissingOrLacksATensorIsNamed() throws IOException {
        shard("a.safetensors", NORM);
        index("{\"%s\": \"a.safetensors\", \"x\": \"b.safetensors\"}".formatted(NORM));
        refused("b.safetensors is missing");
        index("{\"%s\": \"a.safetensors\"}".formatted(HEAD));
        refused("lacks tensor lm_head.weight");
        index("{\"x\": \"../a.safetensors\"}");
        refused("no safetensors file beside it");
        index("{}");
        refused("no weight_map");
    }

    /** Trap 8. */
    @Test
    void tiedEmbeddingsAreToldByTheConfigOrByTheMissingHead() throws IOException {
        writer().write(folder.resolve("model.safetensors"));
        try (HfFolder model = HfFolder.open(folder)) {
            assertFalse(model.config().tieWordEmbeddings());
        }
        write("config.json", "{\"model_type\": \"llama\", \"tie_word_embeddings\": true}");
        try (HfFolder model = HfFolder.open(folder)) {
            assertTrue(model.config().tieWordEmbeddings());
            assertFalse(model.tensorNames().contains(HEAD));
        }
        new SafetensorsWriter().tensor(NORM, DTypes.FP32, new float[4], 4).write(folder.resolve("model.safetensors"));
        write("config.json", "{\"model_type\": \"llama\", \"tie_word_embeddings\": false}");
        try (HfFolder model = HfFolder.open(folder)) {
            assertTrue(model.config().tieWordEmbeddings());
        }
    }

    @Test
    void chatTemplatesComeFromWhereTransformersWroteThem() throws IOException {
        writer().write(folder.resolve("model.safetensors"));
        assertEquals(Optional.empty(), template());
        write("tokenizer_config.json", "{\"chat_template\": \"one\"}");
        assertEquals(Optional.of("one"), template());
        write("tokenizer_config.json", """
                {"chat_template": [{"name": "rag", "template": "no"}, {"name": "default", "template": "yes"}]}""");
        assertEquals(Optional.of("yes"), template());
        write("chat_template.jinja", "own\n");
        assertEquals(Optional.of("own\n"), template());
    }

    private Optional<String> template() {
        try (HfFolder model = HfFolder.open(folder)) {
            return model.chatTemplate();
        }
    }

    @Test
    void aSnapshotInTheHubsCacheHasTheHubsName() throws IOException {
        Path snapshot = Files.createDirectories(folder.resolve("models--org--tiny-llama/snapshots/abc"));
        writer().write(snapshot.resolve("model.safetensors"));
        Files.copy(folder.resolve("config.json"), snapshot.resolve("config.json"));
        try (HfFolder model = HfFolder.open(snapshot)) {
            assertEquals("org/tiny-llama", model.name());
        }
    }

    @Test
    void theFormatIsFoundByContent() throws IOException {
        assertEquals("no model", message(() -> ModelFormats.open(folder)));
        write("pytorch_model.bin", "pickle");
        assertEquals("pytorch_model.bin", message(() -> ModelFormats.open(folder)));
        new GgufWriter().put("general.architecture", "llama").write(folder.resolve("a.gguf"));
        try (ModelFiles model = ModelFormats.open(folder)) {
            assertInstanceOf(GgufModel.class, model);
        }
        new GgufWriter().put("general.architecture", "llama").write(folder.resolve("b.gguf"));
        assertEquals("several models", message(() -> ModelFormats.open(folder)));
        writer().write(folder.resolve("model.safetensors"));
        for (Path path : List.of(folder, folder.resolve("config.json"), folder.resolve("model.safetensors"))) {
            try (ModelFiles model = ModelFormats.open(path)) {
                assertInstanceOf(HfFolder.class, model);
            }
        }
    }

    private static String message(Executable open) {
        String message = assertThrows(LoupeException.class, open).getMessage();
        return List.of("several models", "pytorch_model.bin", "no model").stream()
                .filter(message::contains)
                .findFirst()
                .orElse(message);
    }

    private void refused(String part) {
        String message =
                assertThrows(LoupeException.class, () -> HfFolder.open(folder)).getMessage();
        assertTrue(message.contains(part), message);
    }

    private static SafetensorsWriter writer() {
        return new SafetensorsWriter()
                .raw("\"__metadata__\": {\"format\": \"pt\"}")
                .tensor(NORM, DTypes.BF16, new float[] {1, 2, 3, 4}, 4)
                .tensor(HEAD, DTypes.FP32, new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 2, 4);
    }

    private void shard(String file, String tensor) {
        new SafetensorsWriter()
                .tensor(tensor, DTypes.FP16, new float[] {1, 2, 3, 4}, 4)
                .write(folder.resolve(file));
    }

    private void index(String map) throws IOException {
        write("model.safetensors.index.json", "{\"metadata\": {}, \"weight_map\": %s}".formatted(map));
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    private static float[] decoded(Tensor tensor) {
        var values = new float[(int) tensor.shape().elements()];
        tensor.dtype().decode(tensor.data(), 0, values, 0, values.length);
        return values;
    }
}
