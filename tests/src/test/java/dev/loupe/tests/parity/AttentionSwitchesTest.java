package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.decode.TokenListener;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The switches of attention and cache on a running session. */
class AttentionSwitchesTest {
    private static final String PROMPT = "List the colours of the rainbow, and say of each one thing that has it.";

    private static Llm llm;

    @BeforeAll
    static void load() {
        llm = Loupe.load("smollm2");
    }

    @AfterAll
    static void close() {
        llm.close();
    }

    @AfterEach
    void off() {
        llm.flash(true).sparse("off").window("off").cache("full");
    }

    private static void set(String mode) {
        String[] words = mode.split(": ");
        switch (words[0]) {
            case "flash" -> llm.flash(words[1].equals("on"));
            case "window" -> llm.window(words[1]);
            case "sparse" -> llm.sparse(words[1]);
            default -> llm.cache(words[1]);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "flash: off",
                "window: 24 sinks=4",
                "sparse: topk=2 block=8",
                "cache: k=q8_0 v=q4_0",
                "cache: compress=snapkv budget=24",
                "cache: evict=h2o budget=24"
            })
    void afterAStopTheNextGenerationIsAsFresh(String mode) {
        set(mode);
        var options = llm.sampling().with("max_tokens=12");
        Run fresh = llm.generate(PROMPT, options, TokenListener.NONE);
        var count = new AtomicInteger();
        Run stopped = llm.generate("Another prompt.", options, (id, text) -> {
            if (count.incrementAndGet() == 3) {
                llm.cancel();
            }
        });
        assertEquals(FinishReason.CANCELLED, stopped.finish());
        assertArrayEquals(
                fresh.ids(), llm.generate(PROMPT, options, TokenListener.NONE).ids());
        assertTrue(fresh.footer().contains(llm.status().attention()), fresh.footer());
    }

    @Test
    void naiveWritesTheSameWords() {
        Run flash = llm.generate(PROMPT, "max_tokens=24");
        long before = llm.status().memory().scratch();
        Run naive = llm.flash(false).generate(PROMPT, "max_tokens=24");
        assertArrayEquals(flash.ids(), naive.ids());
        assertTrue(naive.footer().contains("naive attention"), naive.footer());
        assertTrue(naive.memory().scratch() > before, "scores are in the ledger");
        llm.flash(true);
        assertEquals(before, llm.status().memory().scratch());
    }

    @Test
    void aSwitchKeepsTheConversationAndReadsItAgain() {
        var options = llm.sampling().with("max_tokens=8");
        llm.newConversation(null);
        llm.chat("My name is Ada.", options, TokenListener.NONE);
        llm.cache("f16");
        assertEquals(2, llm.conversation().size());
        assertEquals(0, llm.status().cachedTokens());
        Run again = llm.chat("What is my name?", options, TokenListener.NONE);
        assertEquals(0, again.reusedTokens());
        llm.flash(false);
        assertTrue(llm.chat("Once more.", options, TokenListener.NONE).reusedTokens() > 20, "the cache stayed");
        llm.newConversation(null);
    }

    @Test
    void smallerDtypesTakeLessMemory() {
        long full = llm.generate(PROMPT, "max_tokens=4").memory().cache();
        long half = llm.cache("f16").generate(PROMPT, "max_tokens=4").memory().cache();
        long eighth =
                llm.cache("q4_0").generate(PROMPT, "max_tokens=4").memory().cache();
        assertEquals(full, 2 * half);
        assertEquals(full * 18, eighth * 128);
    }

    @Test
    void sparseTellsItsRecall() {
        llm.sparse("topk=2 block=8").generate(PROMPT, "max_tokens=24 ignore_eos");
        double mean = llm.attention().recall().mean();
        assertTrue(mean > 0.3 && mean <= 1, "recall " + mean);
        assertTrue(Double.isNaN(llm.attention().recall().layers()[0]), "the first layers read everything");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "window: 0",
                "window: many",
                "window: 8 sinks=-1",
                "sparse: topk=0",
                "sparse: block=12",
                "sparse: some",
                "cache: q9_9",
                "cache: k=q4_k",
                "cache: budget=64",
                "cache: compress=h2o",
                "cache: compress=snapkv evict=h2o",
                "cache: evict=h2o budget=9999999999"
            })
    void nonsenseIsRefusedAndChangesNothing(String mode) {
        String before = llm.status().attention();
        var e = assertThrows(LoupeException.class, () -> set(mode));
        assertTrue(e.getMessage().endsWith("."), e.getMessage());
        assertEquals(before, llm.status().attention());
    }

    @Test
    void whatCannotBeHadTogetherIsRefused() {
        llm.window("64");
        assertThrows(LoupeException.class, () -> llm.cache("compress=snapkv"));
        assertThrows(LoupeException.class, () -> llm.sparse("topk=4"));
        llm.window("off").cache("evict=h2o");
        assertThrows(LoupeException.class, () -> llm.window("64"));
        assertThrows(LoupeException.class, () -> llm.sparse("topk=4"));
    }
}
