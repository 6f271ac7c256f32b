package dev.loupe.engine.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.engine.tensor.Conversion;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SmolLM2 saved and read again. */
final class GgufSaveTest {
    private final Function<String, DType> asStored =
            name -> this.model.tensorInfo(name).dtype();

    @TempDir
    Path folder;

    private GgufModel model;

    @BeforeEach
    void open() {
        try {
            model = GgufModel.open(ModelStore.find("smollm2"));
        } catch (LoupeException e) {
            abort("skipped: " + e.getMessage());
        }
    }

    @AfterEach
    void close() {
        if (model != null) {
            model.close();
        }
    }

    @Test
    void asStoredEveryByteStays() {
        Path target = save("copy.gguf", asStored);
        try (var copy = GgufModel.open(target);
                var arena = Arena.ofConfined()) {
            assertEquals(List.copyOf(model.tensorNames()), List.copyOf(copy.tensorNames()));
            for (String name : model.tensorNames()) {
                Tensor expected = model.tensor(name, arena);
                Tensor tensor = copy.tensor(name, arena);
                assertEquals(expected.shape(), tensor.shape());
                assertEquals(expected.dtype(), tensor.dtype());
                assertEquals(-1, expected.data().mismatch(tensor.data()), name);
            }
            var metadata = new HashMap<>(model.metadata());
            var copied = new HashMap<>(copy.metadata());
            assertEquals(3L, copied.remove("general.file_type"));
            assertEquals(2L, copied.remove("general.quantization_version"));
            metadata.remove("general.file_type");
            metadata.remove("general.quantization_version");
            assertEquals(metadata.keySet(), copied.keySet());
            metadata.forEach((key, value) -> assertEquals(text(value), text(copied.get(key)), key));
        }
    }

    private static String text(Object value) {
        return switch (value) {
            case int[] ints -> Arrays.toString(ints);
            case long[] longs -> Arrays.toString(longs);
            case float[] floats -> Arrays.toString(floats);
            default -> String.valueOf(value);
        };
    }

    /** The permuted rows of q and k among them. */
    @Test
    void convertedAsLoadingConverts() {
        Path target = save("mixed.gguf", name -> name.contains("down") ? DTypes.Q2_K : DTypes.SYM_INT4);
        try (var saved = GgufModel.open(target);
                var arena = Arena.ofConfined()) {
            for (String name : List.of(
                    "model.layers.2.self_attn.q_proj.weight",
                    "model.layers.29.self_attn.k_proj.weight",
                    "model.layers.7.mlp.down_proj.weight")) {
                Tensor tensor = saved.tensor(name, arena);
                Tensor stored = model.tensor(name, arena);
                MemorySegment expected = arena.allocate(tensor.bytes());
                Conversion.rows(
                        stored,
                        0,
                        stored.shape().rows(),
                        tensor.dtype(),
                        expected,
                        new float[(int) stored.shape().columns()]);
                assertArrayEquals(
                        expected.toArray(ValueLayout.JAVA_BYTE), tensor.data().toArray(ValueLayout.JAVA_BYTE), name);
                assertEquals(name.contains("down") ? DTypes.Q2_K : DTypes.SYM_INT4, tensor.dtype());
            }
            assertEquals(DTypes.FP32, saved.tensorInfo("model.norm.weight").dtype());
        }
    }

    @Test
    void whatGgufHasNotNamesTheNearest() throws IOException {
        for (var pair : List.of(
                List.of("fp8_e4m3", "sym_int8"),
                List.of("fp6", "q6_k"),
                List.of("nf3", "q3_k"),
                List.of("nf4", "mxfp4"))) {
            DType dtype = DTypes.parse(pair.getFirst());
            var e = assertThrows(LoupeException.class, () -> save("no.gguf", info -> dtype));
            assertTrue(e.getMessage().contains(pair.getLast()), e.getMessage());
        }
        assertEquals(List.of(), left());
    }

    @Test
    void neverOverTheFileInUse() {
        Path link = folder.resolve("link.gguf");
        assertThrows(LoupeException.class, () -> {
            Files.createSymbolicLink(link, model.path());
            save("link.gguf", asStored);
        });
        assertThrows(LoupeException.class, () -> save("none/x.gguf", asStored));
        assertThrows(LoupeException.class, () -> save(".", asStored));
    }

    @Test
    void anOldFileStaysUntilTheNewOneIsWhole() throws IOException {
        Path target = Files.writeString(folder.resolve("x.gguf"), "old");
        var cancellation = new Cancellation();
        assertThrows(
                CancelledException.class,
                () -> model.save(target, asStored, cancellation, (task, done, total) -> {
                    if (done > total / 2) {
                        cancellation.request();
                    }
                }));
        assertEquals("old", Files.readString(target));
        assertEquals(List.of("x.gguf"), left());
        save("x.gguf", asStored);
        assertTrue(Files.size(target) > 90_000_000);
        assertEquals(List.of("x.gguf"), left());
    }

    private Path save(String name, Function<String, DType> dtypes) {
        Path target = folder.resolve(name);
        var steps = new ArrayList<Long>();
        model.save(target, dtypes, new Cancellation(), (task, done, total) -> {
            steps.add(done);
            assertTrue(done <= total);
        });
        assertEquals(steps, steps.stream().sorted().toList());
        return target;
    }

    private List<String> left() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
