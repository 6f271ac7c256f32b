package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.hub.ModelStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong, one sentence says it, and the model that was loaded goes on. */
class BadInputTest {
    private static Llm llm;

    @TempDir
    Path folder;

    @BeforeAll
    static void load() {
        llm = Loupe.load("smollm2");
    }

    @AfterAll
    static void close() {
        llm.close();
    }

    @Test
    void damagedFiles() throws IOException {
        Path truncated = Files.copy(ModelStore.find("smollm2"), folder.resolve("truncated.gguf"));
        try (var channel = FileChannel.open(truncated, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);
        }
        refused("truncated", () -> Loupe.load(truncated.toString()));
        Path text = Files.writeString(folder.resolve("notes.gguf"), "These are notes, not a model.");
        refused("GGUF", () -> Loupe.load(text.toString()));
        refused("nowhere.gguf", () -> Loupe.load(folder.resolve("nowhere.gguf").toString()));
        refused("no-such-model", () -> Loupe.load("no-such-model"));
    }

    @Test
    void aPromptLongerThanTheContext() {
        refused("context", () -> llm.generate("word ".repeat(9000)));
    }

    @ParameterizedTest
    @CsvSource({"dtype=int3,int3", "threads=0,threads", "device=cuda,cuda", "speed=11,speed"})
    void optionsOfLoading(String options, String named) {
        refused(named, () -> Loupe.load("smollm2", options));
    }

    @Test
    void switches() {
        refused("sym_int44", () -> llm.dtype("sym_int44"));
        refused("cuda", () -> llm.device("cuda"));
        refused("opencl:1", () -> llm.device("opencl:1"));
        refused("warp", () -> llm.device("warp"));
        refused("4096", () -> llm.threads(4096));
        refused("temperature", () -> llm.generate("Hello", "temperature=-1"));
        refused("max_tokens", () -> llm.generate("Hello", "max_token=5"));
        refused("49152", () -> llm.logits(new int[] {49152}));
        refused("chunk", () -> llm.perplexity("A short text.", 512, 24));
        assertEquals("asym_int4", llm.dtype());
        assertEquals(3, llm.generate("Hello", "max_tokens=3 ignore_eos").ids().length);
    }

    @Test
    void anUnloadedModel() {
        Llm gone = Loupe.load("smollm2");
        gone.close();
        gone.close();
        refused("unloaded", () -> gone.generate("Hello"));
        refused("unloaded", gone::status);
    }

    private static void refused(String named, org.junit.jupiter.api.function.Executable call) {
        var e = assertThrows(LoupeException.class, call);
        assertTrue(e.getMessage().contains(named), e.getMessage());
        assertTrue(e.getMessage().length() < 400 && !e.getMessage().contains("\n"), e.getMessage());
        assertTrue(e.getMessage().matches(".*[.?]"), e.getMessage());
    }
}
