package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Run;
import dev.loupe.engine.backend.vector.VectorBackend;
import dev.loupe.engine.cache.PagedCache;
import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.decode.TokenListener;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.format.ModelFormats;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.model.LoadedModel;
import dev.loupe.engine.model.arch.Architectures;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import dev.loupe.engine.trace.Progress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** However a prompt is cut, and whatever was stopped before, the same bits come out. */
class CuttingTest {
    private static final int[] PROMPT =
            IntStream.range(0, 97).map(i -> 1 + i * 487 % 49000).toArray();

    @Test
    void chunkedPrefillIsWholePrefillIsTokenByToken() {
        var ledger = new MemoryLedger();
        try (ModelFiles files = ModelFormats.open(ModelStore.find("smollm2"));
                var backend = new VectorBackend(2, ledger, new Cancellation());
                var model = LoadedModel.load(
                        files,
                        Architectures.of(files.config().modelType()),
                        DtypePlan.asStored(),
                        backend,
                        ledger,
                        "loading",
                        Progress.NONE)) {
            float[] whole = last(model, backend, ledger, 512);
            for (int chunk : new int[] {1, 7, 64, 96}) {
                assertArrayEquals(whole, last(model, backend, ledger, chunk), "chunks of " + chunk);
            }
        }
    }

    private static float[] last(LoadedModel model, VectorBackend backend, MemoryLedger ledger, int chunk) {
        var decoder = model.decoder();
        try (var pass = new ForwardPass(decoder, backend, chunk, ledger::scratch);
                var cache = PagedCache.full(
                        backend,
                        decoder.layers().size(),
                        decoder.kvHeads(),
                        decoder.headDim(),
                        PROMPT.length,
                        ledger::cache)) {
            var logits = new float[decoder.vocabularySize()];
            pass.last(PROMPT, cache, logits);
            return logits;
        }
    }

    @Test
    void afterAStopTheNextGenerationIsAsFresh() {
        try (Llm llm = Loupe.load("smollm2")) {
            var options = llm.sampling().with("max_tokens=24 temperature=0.8 top_p=0.9 seed=7");
            Run fresh = llm.generate("Tell me a story about a lens.", options, TokenListener.NONE);
            for (int stopAt : new int[] {1, 5}) {
                var count = new AtomicInteger();
                Run stopped = llm.generate("Another prompt.", options, (id, text) -> {
                    if (count.incrementAndGet() == stopAt) {
                        llm.cancel();
                    }
                });
                assertEquals(FinishReason.CANCELLED, stopped.finish());
                assertEquals(stopAt, stopped.ids().length);
                Run again = llm.generate("Tell me a story about a lens.", options, TokenListener.NONE);
                assertArrayEquals(fresh.ids(), again.ids());
            }
        }
    }

    @Test
    void aStopWhileReadingThePromptKeepsTheConversation() throws InterruptedException {
        try (Llm llm = Loupe.load("smollm2")) {
            var options = llm.sampling().with("max_tokens=12");
            llm.chat("My name is Ada.", options, TokenListener.NONE);
            var turns = llm.conversation();
            String longText = "word ".repeat(6000);
            Thread stopper = Thread.ofPlatform().start(() -> {
                try {
                    Thread.sleep(300);
                    llm.cancel();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            Run stopped = llm.chat(longText, options, TokenListener.NONE);
            stopper.join();
            assertEquals(FinishReason.CANCELLED, stopped.finish());
            assertEquals(turns, llm.conversation());
            Run next = llm.chat("What is my name?", options, TokenListener.NONE);
            try (Llm other = Loupe.load("smollm2")) {
                other.chat("My name is Ada.", options, TokenListener.NONE);
                Run expected = other.chat("What is my name?", options, TokenListener.NONE);
                assertArrayEquals(expected.ids(), next.ids());
                assertTrue(expected.reusedTokens() > 10, "the conversation was read again");
            }
        }
    }

    @Test
    void aConversationGoesOnAsIfReadAfresh() {
        try (Llm llm = Loupe.load("smollm2")) {
            var options = llm.sampling().with("max_tokens=16");
            llm.chat("Name a colour.", options, TokenListener.NONE);
            Run reused = llm.chat("And another.", options, TokenListener.NONE);
            Run fresh = llm.generate(
                    reused.promptIds(), options.toBuilder().fresh(true).build(), TokenListener.NONE);
            assertTrue(reused.reusedTokens() > 0);
            assertEquals(0, fresh.reusedTokens());
            assertArrayEquals(fresh.ids(), reused.ids());
        }
    }

    @Test
    void switchingTheDtypeKeepsTheConversationAndGivesMemoryBack() {
        try (Llm llm = Loupe.load("smollm2")) {
            llm.chat("My name is Ada.", llm.sampling().with("max_tokens=8"), TokenListener.NONE);
            int cached = llm.status().cachedTokens();
            long before = llm.status().memory().total();
            for (String dtype : new String[] {"fp16", "sym_int4", "stored"}) {
                llm.dtype(dtype);
                assertEquals(cached, llm.status().cachedTokens());
            }
            assertEquals(before, llm.status().memory().total());
            assertEquals(2, llm.conversation().size());
        }
    }
}
