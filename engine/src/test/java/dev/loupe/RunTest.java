package dev.loupe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.decode.DraftRound;
import dev.loupe.engine.decode.Drafts;
import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.trace.MemoryUse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunTest {
    private static Run run(int prompt, int reused, long promptNanos, FinishReason finish, long... tokenNanos) {
        return new Run(
                "tiny",
                "asym_int4",
                "cpu",
                2,
                "flash, cache fp32",
                "Hi",
                new int[prompt],
                reused,
                new int[tokenNanos.length],
                "text",
                finish,
                promptNanos,
                tokenNanos,
                new MemoryUse(Map.of(), 2_202_010, 0, 0),
                GenerateOptions.defaults(),
                Drafts.off());
    }

    @Test
    void footerTellsSpeedAndWhatRan() {
        Run run = run(31, 0, 50_000_000, FinishReason.MAX_TOKENS, 1_000_000, 5_000_000, 5_000_000);
        assertEquals(
                "31 prompt tokens at 620/s, first token after 51 ms, 3 tokens at 200/s, asym_int4, cpu, 2 threads,"
                        + " flash, cache fp32 2.1 MiB",
                run.footer());
    }

    @Test
    void footerTellsWhatWasCutShortAndReused() {
        assertTrue(run(40, 30, 10_000_000, FinishReason.CANCELLED, 1)
                .footer()
                .startsWith("10 prompt tokens (and 30 reused) at 1000/s, first token after 10 ms, 1 token, stopped, "));
        assertTrue(run(1, 1, 0, FinishReason.CONTEXT_FULL)
                .footer()
                .startsWith("0 prompt tokens (and 1 reused), 0 tokens, context full, "));
        assertTrue(run(1, 0, 12_000_000_000L, FinishReason.END_OF_SEQUENCE, 1)
                .footer()
                .startsWith("1 prompt token at 0.1/s, first token after 12 s, 1 token, asym_int4"));
    }

    @Test
    void speedUpIsAgainstTheSameWithoutDrafts() {
        Run plain = run(5, 0, 1, FinishReason.MAX_TOKENS, 9, 20_000_000, 20_000_000);
        Run other = run(6, 0, 1, FinishReason.MAX_TOKENS, 9, 1, 1);
        Run drafted = drafting(run(5, 0, 1, FinishReason.MAX_TOKENS, 9, 30_000_000, 0));
        assertEquals(4.0 / 3, drafted.speedUp(List.of(plain, other, drafted)), 1e-9);
        assertTrue(Double.isNaN(drafted.speedUp(List.of(other, drafted))));
        assertTrue(Double.isNaN(plain.speedUp(List.of(plain, other))));
    }

    /** The run, with one draft of one token. */
    private static Run drafting(Run run) {
        var round = new DraftRound(1, new int[1], new double[1], 1, 1, 1);
        return new Run(
                run.model(),
                run.dtype(),
                run.device(),
                run.threads(),
                run.attention(),
                run.prompt(),
                run.promptIds(),
                run.reusedTokens(),
                run.ids(),
                run.text(),
                run.finish(),
                run.promptNanos(),
                run.tokenNanos(),
                run.memory(),
                run.options(),
                new Drafts("lookup", List.of(round)));
    }

    @Test
    void textFormIsOneShortLine() {
        Run run = run(1, 0, 1, FinishReason.MAX_TOKENS, 1);
        assertEquals("1 token: text", run.toString());
        Run longer = new Run(
                "m",
                "fp32",
                "cpu",
                1,
                "flash, cache fp32",
                "p",
                run.promptIds(),
                0,
                new int[2],
                "a\nb " + "\ud83d\ude00".repeat(100),
                run.finish(),
                1,
                new long[2],
                run.memory(),
                run.options(),
                run.drafts());
        assertEquals("2 tokens: a b " + "\ud83d\ude00".repeat(56) + "…", longer.toString());
    }
}
