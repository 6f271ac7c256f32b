package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.GenerateOptions;
import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Run;
import dev.loupe.Sessions;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.decode.TokenListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session that was forked, taken back or loaded, and one that shares a prompt, go on as one that read all of it. */
class SessionsTest {
    /** Drawn tokens: other bits in the cache would soon give other words. */
    private static final GenerateOptions DRAWN = GenerateOptions.parse("max_tokens=16 temperature=1 ignore_eos seed=3");

    private static final GenerateOptions FRESH = DRAWN.toBuilder().fresh(true).build();
    private static final String FIRST =
            "A lighthouse stood on the island of Pharos; it was built of pale stone. Where?";

    private static Llm llm;

    @BeforeAll
    static void load() {
        llm = Loupe.load("smollm2", "threads=1");
    }

    @AfterAll
    static void close() {
        llm.close();
    }

    @BeforeEach
    void begin() {
        llm.dtype("stored").flash(true).sparse("off").window("off").cache("full");
        llm.sessions().list().stream()
                .map(Sessions.Entry::name)
                .filter(name -> !name.equals("main"))
                .forEach(name -> llm.sessions().drop(name));
        llm.newConversation(null);
    }

    private static Run say(String message) {
        return llm.chat(message, DRAWN, TokenListener.NONE);
    }

    /** What the current chat answers, and what it answers when it reads everything again. */
    private static Run sayAsFresh(String message) {
        Run run = say(message);
        Run fresh = llm.generate(run.promptIds(), FRESH, TokenListener.NONE);
        assertEquals(0, fresh.reusedTokens());
        assertArrayEquals(fresh.ids(), run.ids(), message);
        return run;
    }

    @Test
    void aForkAndItsOriginGoOnByThemselves() {
        say(FIRST);
        llm.sessions().fork("idea");
        Run fork = sayAsFresh("What was it built of?");
        assertTrue(fork.reusedTokens() > 30, "the copy has the keys: " + fork.footer());
        llm.sessions().use("main");
        assertEquals(2, llm.conversation().size(), "the origin did not hear it");
        Run origin = sayAsFresh("Who built it?");
        assertTrue(origin.reusedTokens() > 30, origin.footer());
        llm.sessions().use("idea");
        assertEquals("What was it built of?", llm.conversation().get(2).content());
        long before = llm.status().memory().cache();
        llm.sessions().drop("idea");
        assertTrue(llm.status().memory().cache() < before, "its memory went");
        assertEquals("main", llm.sessions().list().getFirst().name());
        assertTrue(llm.sessions().list().getFirst().current());
    }

    @Test
    void whatIsTakenBackWasNeverSaid() {
        say(FIRST);
        Run expected = say("What was it built of?");
        say("And when?");
        llm.sessions().rewind(2);
        assertEquals(2, llm.conversation().size());
        Run again = sayAsFresh("What was it built of?");
        assertArrayEquals(expected.ids(), again.ids());
        assertTrue(again.reusedTokens() > 30, again.footer());
        assertThrows(LoupeException.class, () -> llm.sessions().rewind(3));
        assertThrows(LoupeException.class, () -> llm.sessions().rewind(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "k=q8_0 v=q4_0", "window", "compress=snapkv budget=32", "evict=h2o budget=32"})
    void aSavedSessionGoesOnElsewhere(String cache, @TempDir Path folder) {
        set(llm, cache);
        llm.newConversation("Be brief.");
        say(FIRST);
        Path file = llm.sessions().save(folder.resolve("chat.session").toString());
        Run expected = say("What was it built of?");
        try (Llm other = Loupe.load("smollm2", "threads=1")) {
            set(other, cache);
            other.sessions().load(file.toString());
            assertEquals(3, other.conversation().size());
            Run actual = other.chat("What was it built of?", DRAWN, TokenListener.NONE);
            assertArrayEquals(expected.ids(), actual.ids());
            assertEquals(expected.reusedTokens(), actual.reusedTokens());
        }
    }

    private static void set(Llm llm, String cache) {
        if (cache.equals("window")) {
            llm.window("24 sinks=4");
        } else {
            llm.cache(cache);
        }
    }

    @Test
    void aForeignFileIsRefusedAndNothingChanges(@TempDir Path folder) throws IOException {
        say(FIRST);
        Path file = llm.sessions().save(folder.resolve("chat.session").toString());
        byte[] whole = Files.readAllBytes(file);
        say("What was it built of?");
        Path bad = folder.resolve("bad.session");
        var random = new Random(5);
        for (int i = 0; i < 40; i++) {
            int end = i % 2 == 0 ? random.nextInt(400) : random.nextInt(whole.length);
            Files.write(bad, Arrays.copyOf(whole, end));
            refused(bad.toString(), "");
        }
        Files.writeString(bad, "%PDF-1.7 and so on");
        refused(bad.toString(), "is no session");
        refused(folder.toString(), "cannot be read");
        refused(folder.resolve("nowhere").toString(), "cannot be read");
        refused("\u0000", "is no path");
        llm.cache("f16");
        refused(file.toString(), "cache fp32 and this is");
        llm.cache("full").dtype("sym_int8");
        refused(file.toString(), "as asym_int4");
        assertEquals(4, llm.conversation().size());
        try (Llm tiny = Loupe.load(Reference.path("qwen3").toString())) {
            var e = assertThrows(LoupeException.class, () -> tiny.sessions().load(file.toString()));
            assertTrue(e.getMessage().contains("load the model"), e.getMessage());
        }
        var e = assertThrows(
                LoupeException.class,
                () -> llm.sessions().save(folder.resolve("no/x").toString()));
        assertTrue(e.getMessage().contains("cannot be written"), e.getMessage());
    }

    private static void refused(String file, String why) {
        var e = assertThrows(LoupeException.class, () -> llm.sessions().load(file));
        assertTrue(e.getMessage().contains(why) && e.getMessage().endsWith("."), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "f16", "k=q8_0 v=q4_0", "window"})
    void aPromptThatBeginsLikeAnotherIsReadFromWhereTheyDiffer(String cache) {
        set(llm, cache);
        List<String> prompts = List.of(FIRST, FIRST + " Tell.", FIRST, FIRST + " And why was that?", "Another.");
        int reused = 0;
        for (String prompt : prompts) {
            Run shared = llm.generate(prompt, DRAWN);
            reused += shared.reusedTokens();
            assertArrayEquals(llm.generate(prompt, FRESH).ids(), shared.ids(), cache + ": " + prompt);
        }
        assertTrue(cache.equals("window") || reused > 100, cache + " reused " + reused);
    }

    /** What a compressing cache kept, and what sparse decoding computed, hangs on what was asked before. */
    @ParameterizedTest
    @ValueSource(strings = {"compress=snapkv budget=32", "evict=h2o budget=32", "sparse"})
    void whatDependsOnTheQuestionIsNotShared(String mode) {
        if (mode.equals("sparse")) {
            llm.sparse("topk=1 block=8");
        } else {
            llm.cache(mode);
        }
        llm.generate(FIRST, DRAWN);
        Run again = llm.generate(FIRST + " Why?", DRAWN);
        assertEquals(0, again.reusedTokens());
        assertArrayEquals(llm.generate(FIRST + " Why?", FRESH).ids(), again.ids());
        say(FIRST);
        assertEquals(0, sayAsFresh("Why?").reusedTokens());
    }

    @Test
    void promptsAndChatsShareButASwitchKeepsOnlyTheChat() {
        say(FIRST);
        Run alone = llm.generate(FIRST, DRAWN);
        assertTrue(alone.reusedTokens() > 20, "of the chat's keys: " + alone.footer());
        assertTrue(sayAsFresh("Why?").reusedTokens() > 30, "the chat kept its own");
        llm.dtype("sym_int8");
        Run other = llm.generate(FIRST, DRAWN);
        assertEquals(0, other.reusedTokens(), "the keys in the chat's cache are another dtype's");
        assertArrayEquals(llm.generate(FIRST, FRESH).ids(), other.ids());
        assertTrue(say("Go on.").reusedTokens() > 30, "a chat goes on from the keys it has");
        assertEquals(
                0,
                llm.generate("Once more.", DRAWN.toBuilder().fresh(true).build())
                        .reusedTokens());
    }
}
