package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.backend.vector.VectorBackend;
import dev.loupe.engine.decode.DraftOptions;
import dev.loupe.engine.decode.Drafter;
import dev.loupe.engine.decode.ExactHead;
import dev.loupe.engine.decode.Generation;
import dev.loupe.engine.decode.Generator;
import dev.loupe.engine.decode.Limits;
import dev.loupe.engine.decode.Pace;
import dev.loupe.engine.decode.PromptLookup;
import dev.loupe.engine.decode.Sampling;
import dev.loupe.engine.decode.SelfDrafter;
import dev.loupe.engine.decode.TokenListener;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.tokenizer.Tokenizers;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Speculative sampling keeps the model's law: the first three tokens of 20,000 generations with and without it are of
 * one distribution by a chi-square test of two samples (p above 0.001; the seeds are fixed).
 */
class SpeculationLawTest {
    private static final String MODEL = "qwen2";
    private static final int SAMPLES = 20_000;
    private static final int TOKENS = 3;
    private static final int[] PROMPT = {1, 17, 23, 17};

    private static TinyModel model;
    private static TinyModel crude;

    @BeforeAll
    static void load() {
        model = tiny("fp32");
        crude = tiny("nf3");
    }

    private static TinyModel tiny(String dtype) {
        var backend = new VectorBackend(1, new MemoryLedger(), new Cancellation());
        return new TinyModel(Reference.path(MODEL), DTypes.parse(dtype), backend, 64);
    }

    @AfterAll
    static void close() {
        model.close();
        crude.close();
    }

    static Stream<Sampling> laws() {
        return Stream.of(
                new Sampling(1.2, 0, 1, 0, 1),
                new Sampling(1.5, 5, 1, 0, 1),
                new Sampling(1, 0, 0.8, 0, 1),
                new Sampling(1.3, 0, 1, 0.1, 1),
                new Sampling(1, 20, 1, 0, 1.4));
    }

    @ParameterizedTest
    @MethodSource("laws")
    void aCrudeCopyDraftsAndTheLawStays(Sampling sampling) {
        int[][] plain = sample(sampling, Drafter.none(), 1);
        var head = ExactHead.of(model.decoder());
        assertOneLaw(plain, sample(sampling, new SelfDrafter(crude.pass(), head, () -> {}), 2), sampling);
    }

    @Test
    void lookupDraftsAndTheLawStays() {
        var sampling = new Sampling(1, 8, 1, 0, 1.2);
        assertOneLaw(sample(sampling, Drafter.none(), 3), sample(sampling, new PromptLookup(), 4), sampling);
    }

    /** Generated tokens, (samples, 3). */
    private static int[][] sample(Sampling sampling, Drafter drafter, long seed) {
        var pace = Pace.constant(new DraftOptions(2, false, 0));
        var tokenizer = Tokenizers.fromHuggingFace(Reference.path(MODEL));
        var generator = new Generator(model.pass(), tokenizer, new Cancellation(), drafter, pace);
        var random = new SplittableRandom(seed);
        var limits = new Limits(TOKENS, Set.of(), List.of());
        var samples = new int[SAMPLES][];
        int accepted = 0;
        int rejected = 0;
        try (var session = model.session()) {
            for (int i = 0; i < SAMPLES; i++) {
                Generation made = generator.generate(session, PROMPT, sampling, random, limits, TokenListener.NONE);
                samples[i] = made.ids();
                for (var round : made.rounds()) {
                    accepted += round.accepted();
                    rejected += round.drafted().length - round.accepted();
                }
            }
        }
        if (drafter instanceof SelfDrafter) {
            assertTrue(accepted > 1000 && rejected > 1000, accepted + " accepted, " + rejected + " rejected");
        }
        return samples;
    }

    /** Each token by itself, and the three together by their remainders. */
    private static void assertOneLaw(int[][] a, int[][] b, Sampling sampling) {
        for (int at = 0; at < TOKENS; at++) {
            int token = at;
            assertOneLaw(a, b, ids -> ids[token], "token %d by %s".formatted(at, sampling));
        }
        assertOneLaw(a, b, ids -> ids[0] % 6 * 36 + ids[1] % 6 * 6 + ids[2] % 6, "all three by " + sampling);
    }

    /** Chi-square of two samples of one size; classes that came seldom are counted together. */
    private static void assertOneLaw(int[][] a, int[][] b, ToIntFunction<int[]> classOf, String what) {
        var counts = new int[2][1024];
        for (int i = 0; i < SAMPLES; i++) {
            counts[0][classOf.applyAsInt(a[i])]++;
            counts[1][classOf.applyAsInt(b[i])]++;
        }
        double chiSquare = 0;
        int classes = 0;
        int[] rest = new int[2];
        for (int c = 0; c < counts[0].length; c++) {
            int sum = counts[0][c] + counts[1][c];
            if (sum < 20) {
                rest[0] += counts[0][c];
                rest[1] += counts[1][c];
            } else {
                chiSquare += square(counts[0][c] - counts[1][c]) / sum;
                classes++;
            }
        }
        if (rest[0] + rest[1] > 0) {
            chiSquare += square(rest[0] - rest[1]) / (rest[0] + rest[1]);
            classes++;
        }
        assertTrue(classes > 2, what + " has only " + classes + " classes");
        double z = standardNormal(chiSquare, classes - 1);
        assertTrue(z < 3.09, "%s: chi-square %.1f of %d classes, p under 0.001".formatted(what, chiSquare, classes));
    }

    private static double square(double x) {
        return x * x;
    }

    /** The normal quantile of a chi-square (Wilson and Hilferty 1931). */
    private static double standardNormal(double chiSquare, int freedom) {
        double spread = 2.0 / (9 * freedom);
        return (Math.cbrt(chiSquare / freedom) - (1 - spread)) / Math.sqrt(spread);
    }
}
