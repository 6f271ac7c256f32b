package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.datasets.Texts;
import dev.loupe.engine.eval.Convention;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.PerplexityOptions;
import dev.loupe.engine.eval.WeightError;
import dev.loupe.engine.trace.Progress;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a dtype loses, measured on SmolLM2 and a little text. */
final class QualityTest {
    private static final String TEXT = Texts.primer().content();
    private static final PerplexityOptions OPTIONS = new PerplexityOptions(Convention.IPEX, 64, 3, "");

    private static Llm llm;

    @BeforeAll
    static void load() {
        llm = Loupe.load("smollm2");
    }

    @AfterAll
    static void close() {
        llm.close();
    }

    @Test
    void againstItselfNothingIsLost() {
        Perplexity self = measure("sym_int8", OPTIONS.withReference("sym_int8"));
        assertEquals(0, self.divergence(), 1e-12);
        assertEquals(1, self.agreement());
    }

    @Test
    void fewerBitsLoseMore() {
        Perplexity eight = measure("sym_int8", OPTIONS.withReference("fp16"));
        Perplexity four = measure("sym_int4", OPTIONS.withReference("fp16"));
        Perplexity two = measure("q2_k embed=q2_k", OPTIONS.withReference("fp16"));
        assertTrue(eight.divergence() < four.divergence() && four.divergence() < two.divergence());
        assertTrue(eight.agreement() > four.agreement() && four.agreement() > two.agreement());
        assertTrue(eight.divergence() > 0 && eight.divergence() < 0.02, eight::toString);
        assertTrue(four.divergenceError() < four.divergence());
        long weights = llm.status().memory().weightBytes();
        assertEquals(weights, two.weightBytes(), "the reference is not counted and is gone again");
    }

    @Test
    void aReferenceChangesNoBitOfThePerplexity() {
        Perplexity alone = measure("sym_int4", OPTIONS);
        assertEquals(
                alone.chunkNll(),
                measure("sym_int4", OPTIONS.withReference("fp16")).chunkNll());
        assertTrue(Double.isNaN(alone.divergence()) && Double.isNaN(alone.agreement()));
    }

    @Test
    void whatWasStoppedGoesOnToTheSameResult() {
        Perplexity whole = measure("sym_int8", OPTIONS);
        Perplexity stopped = llm.perplexity("primer", TEXT, OPTIONS, List.of(), (task, done, total) -> {
            if (done == 1) {
                llm.cancel();
            }
        });
        assertEquals(1, stopped.chunks());
        assertTrue(stopped.stopped());
        Perplexity resumed = llm.perplexity("primer", TEXT, OPTIONS, stopped.scores(), Progress.NONE);
        assertEquals(whole.scores(), resumed.scores());
    }

    @Test
    void conventionsDiffer() {
        llm.dtype("stored");
        for (Convention convention : Convention.values()) {
            var options = new PerplexityOptions(convention, 64, 3, "");
            Perplexity p = llm.perplexity("primer", TEXT, options, List.of(), Progress.NONE);
            assertEquals(convention.id(), p.convention());
            int tokens = switch (convention) {
                case IPEX -> 3 * 32;
                case LLAMA_CPP -> 3 * 31;
                case SLIDING -> 63 + 2 * 32;
            };
            assertEquals(tokens, p.scores().stream().mapToInt(s -> s.tokens()).sum());
            assertTrue(p.perplexity() > 5 && p.perplexity() < 200, p::toString);
        }
    }

    @Test
    void errorsOfTheWeights() {
        llm.dtype("q6_k");
        List<WeightError> errors = llm.weightErrors(Progress.NONE);
        assertEquals(211, errors.size());
        for (WeightError error : errors) {
            assertTrue(error.max() >= error.rms() && error.relative() < 0.02, error::toString);
        }
        assertEquals(0, errors.getFirst().rms(), "the embedding stays as it is stored");
        assertTrue(errors.stream().anyMatch(e -> e.dtype().equals("q6_k") && e.rms() > 0));
    }

    private static Perplexity measure(String dtype, PerplexityOptions options) {
        llm.dtype(dtype);
        return llm.perplexity("primer", TEXT, options, List.of(), Progress.NONE);
    }
}
