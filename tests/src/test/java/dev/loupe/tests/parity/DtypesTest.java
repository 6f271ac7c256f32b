package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Status;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.decode.TokenListener;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a person can ask of dtypes, on SmolLM2: 30 layers of 7 matrices, rows of 576 and 1536, embedding and head one.
 */
final class DtypesTest {
    private static final long MIB = 1 << 20;
    private static final int[] IDS = {504, 2365, 282, 260, 905, 314, 1123, 288};

    private Llm llm;

    @BeforeEach
    void load() {
        llm = Loupe.load("smollm2");
    }

    @AfterEach
    void close() {
        llm.close();
    }

    @Test
    void aFallbackIsTold() {
        llm.dtype("q4_k");
        Status status = llm.status();
        assertEquals("q4_k", llm.dtype());
        assertEquals("sym_int5 (180), q4_k (30), sym_int8 (1)", status.dtype());
        String notes = String.join("\n", status.notes());
        assertTrue(
                notes.contains("180 matrices run as sym_int5: rows of 576 are no multiple of q4_k's block of 256"),
                notes);
        assertTrue(notes.contains("embedding and head are one and run as sym_int8"), notes);
    }

    @Test
    void activationsThatServeNoDtypeAreTold() {
        llm.activations("int8");
        assertEquals("asym_int4", llm.dtype());
        assertTrue(llm.status().notes().stream().noneMatch(note -> note.contains("activations")), "asym_int4");
        llm.dtype("fp16");
        String notes = String.join("\n", llm.status().notes());
        assertTrue(notes.contains("activations int8 are for sym_int4, asym_int4, sym_int5"), notes);
        llm.dtype("sym_int8");
        assertTrue(llm.status().notes().stream().noneMatch(note -> note.contains("activations")), "sym_int8");
        llm.activations("q8");
        assertTrue(llm.status().notes().stream().noneMatch(note -> note.contains("activations")), "q8");
        llm.dtype("bf16");
        assertTrue(llm.status()
                .notes()
                .contains("activations q8 are for dtypes with blocks only; bf16 takes them as fp32"));
        llm.activations("fp32");
        assertTrue(llm.status().notes().stream().noneMatch(note -> note.contains("activations")), "fp32");
    }

    @Test
    void mixed() {
        llm.dtype("sym_int4 embed=asym_int4 head=q6_k");
        Status status = llm.status();
        assertEquals("sym_int4 embed=asym_int4 head=q6_k", llm.dtype());
        assertEquals("sym_int4 (210), asym_int4 (1)", status.dtype());
        assertTrue(status.notes().toString().contains("head=q6_k has no effect"), status.notes()::toString);
        llm.dtype(llm.dtype());
        assertEquals(status.dtype(), llm.status().dtype(), "what it calls itself can be asked for");
        llm.dtype("stored");
        assertEquals("asym_int4", llm.dtype());
    }

    @Test
    void autoTakesTheMostExactThatFits() {
        for (int mib : new int[] {84, 70}) {
            llm.dtype("auto %dMiB".formatted(mib));
            long bytes = llm.status().memory().weightBytes();
            assertTrue(bytes <= mib * MIB, llm.dtype() + " takes " + bytes);
        }
        llm.dtype("auto 200MiB");
        assertEquals("asym_int4", llm.dtype(), "nothing is more exact than what is stored");
        var e = assertThrows(LoupeException.class, () -> llm.dtype("auto 20MiB"));
        assertTrue(e.getMessage().contains("the smallest takes"), e.getMessage());
        assertEquals("asym_int4", llm.dtype());
    }

    /** Bit for bit what runs now, in the same dtypes; and it is a model like any other. */
    @Test
    void savedAndLoadedItComputesTheSame(@TempDir Path folder) {
        llm.dtype("q4_k embed=asym_int5");
        float[][] expected = llm.logits(IDS);
        Path path = llm.save(folder.resolve("small.gguf").toString());
        try (Llm saved = Loupe.load(path.toString())) {
            assertEquals(llm.status().dtype(), saved.status().dtype());
            float[][] logits = saved.logits(IDS);
            for (int i = 0; i < expected.length; i++) {
                assertArrayEquals(expected[i], logits[i], "position " + i);
            }
            assertEquals(
                    List.of(),
                    saved.status().notes().stream()
                            .filter(note -> note.contains("matrices"))
                            .toList());
        }
        llm.dtype("fp6");
        var e = assertThrows(
                LoupeException.class, () -> llm.save(folder.resolve("no.gguf").toString()));
        assertTrue(e.getMessage().endsWith("the nearest that it has is q6_k."), e.getMessage());
    }

    @Test
    void aSwitchKeepsTheConversationAndItsCache() {
        var options = llm.sampling().with("max_tokens=8");
        llm.newConversation(null);
        llm.chat("My name is Ada, and I write programs.", options, TokenListener.NONE);
        int cached = llm.status().cachedTokens();
        assertTrue(cached > 20, cached + " tokens");
        llm.dtype("sym_int8");
        assertEquals(cached, llm.status().cachedTokens());
        assertEquals(2, llm.conversation().size());
        int reused = llm.chat("What is my name?", options, TokenListener.NONE).reusedTokens();
        assertTrue(reused > 20, reused + " reused");
    }
}
