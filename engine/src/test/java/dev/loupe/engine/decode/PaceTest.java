package dev.loupe.engine.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pace in a simulated machine, where passes take what they are said to and tokens are accepted by lot. */
class PaceTest {
    private static final DraftOptions ADAPTIVE = new DraftOptions(8, true, 0);
    private static final int TOKENS = 96;

    /**
     * A pass of many tokens costs as one; each costs a tenth more; each costs half more; each costs as much as the
     * first.
     */
    private static final double[] SLOPES = {0, 0.1, 0.5, 1};

    private static PassCosts costs(double slope) {
        int[] tokens = {1, 2, 3, 5, 9};
        return new PassCosts(
                tokens,
                Arrays.stream(tokens)
                        .mapToDouble(n -> 1e6 * (1 + slope * (n - 1)))
                        .toArray());
    }

    /**
     * Speed-up over plain decoding of one answer.
     *
     * @param believedNanos what drafting a token is said to take
     * @param draftNanos what it takes
     * @param accepts probability that a drafted token of some confidence is accepted
     * @param known whether the confidence in a token is known before it is drafted
     */
    private static double speedUp(
            double slope,
            double believedNanos,
            double draftNanos,
            DoubleUnaryOperator accepts,
            boolean known,
            long seed) {
        PassCosts costs = costs(slope);
        var pace = new Pace(ADAPTIVE, costs, believedNanos);
        var random = new Random(seed);
        double nanos = 0;
        int made = 0;
        while (made < TOKENS) {
            pace.room(Math.min(8, TOKENS - made - 1));
            var draft = new Draft();
            double next = random.nextDouble();
            while (known ? pace.goesOn(draft, next) : pace.goesOn(draft)) {
                draft.add(1, Distribution.of(1), next);
                next = known ? next : random.nextDouble();
            }
            int accepted = 0;
            while (accepted < draft.size() && random.nextDouble() < accepts.applyAsDouble(draft.confidence(accepted))) {
                accepted++;
            }
            long drafting = (long) (draftNanos * draft.size());
            long verifying = (long) costs.of(draft.size() + 1);
            pace.learn(
                    new DraftRound(made, draft.ids(), draft.confidences(), accepted, drafting, verifying),
                    accepted + 1);
            if (known && draft.size() == 0) {
                pace.learn(next, random.nextDouble() < accepts.applyAsDouble(next));
            }
            nanos += drafting + verifying;
            made += accepted + 1;
        }
        return TOKENS * costs.of(1) / nanos;
    }

    private static double mean(double slope, double draftNanos, DoubleUnaryOperator accepts, boolean known) {
        return IntStream.range(0, 40)
                .mapToDouble(seed -> speedUp(slope, draftNanos, draftNanos, accepts, known, seed))
                .average()
                .orElseThrow();
    }

    /** Whatever passes, drafts and rejections cost, an answer takes at most a tenth more time than without. */
    @Test
    void draftingThatDoesNotPayIsGivenUpBeforeItCostsATenth() {
        for (double slope : SLOPES) {
            for (double draft : new double[] {0, 0.2e6, 0.5e6, 1e6}) {
                for (double p : new double[] {0, 0.3, 0.6, 0.8}) {
                    for (boolean known : new boolean[] {true, false}) {
                        double mean = mean(slope, draft, confidence -> p, known);
                        assertTrue(
                                mean >= 0.9,
                                "%.2fx: slope %s, draft %s, accepted %s, known %s"
                                        .formatted(mean, slope, draft, p, known));
                    }
                }
            }
        }
    }

    /** Where it pays, most of what the best constant length gains is gained. */
    @Test
    void draftingThatPaysIsFound() {
        for (double slope : new double[] {0, 0.1}) {
            for (double draft : new double[] {0, 0.3e6}) {
                double p = 0.85;
                double best = IntStream.rangeClosed(0, 8)
                        .mapToDouble(
                                n -> (1 - Math.pow(p, n + 1)) / (1 - p) * 1e6 / (1e6 * (1 + slope * n) + n * draft))
                        .max()
                        .orElseThrow();
                double mean = mean(slope, draft, confidence -> p, false);
                assertTrue(mean > 1 + 0.75 * (best - 1), "%.2fx of %.2fx".formatted(mean, best));
            }
        }
    }

    /** A drafter that was measured in a bad moment is tried again. */
    @Test
    void draftingThatSeemedTooSlowIsTriedAgain() {
        double mean = IntStream.range(0, 40)
                .mapToDouble(seed -> speedUp(0.1, 1.5e6, 0.3e6, confidence -> 0.9, false, seed))
                .average()
                .orElseThrow();
        assertTrue(mean > 1.2, "%.2fx".formatted(mean));
    }

    /** Tokens that the drafter doubts are left out where each costs. */
    @Test
    void confidenceIsUsed() {
        double mean = mean(0.5, 0, confidence -> confidence > 0.8 ? 0.95 : 0.05, true);
        assertTrue(mean > 1, "%.2fx".formatted(mean));
    }

    @Test
    void constantLengthAndThreshold() {
        Pace pace = Pace.constant(new DraftOptions(4, false, 0.5));
        pace.room(8);
        var draft = new Draft();
        for (int i = 0; i < 4; i++) {
            assertTrue(pace.goesOn(draft), "token " + i);
            draft.add(1, Distribution.of(1), 0.6);
        }
        assertEquals(false, pace.goesOn(draft), "four are asked for");
        pace.room(2);
        assertEquals(false, pace.goesOn(draft), "and the room is kept");
        var doubtful = new Draft();
        doubtful.add(1, Distribution.of(1), 0.4);
        assertEquals(false, pace.goesOn(doubtful), "behind a doubtful token");
    }

    @Test
    void costsBetweenAndBeyondThoseMeasured() {
        var costs = new PassCosts(new int[] {1, 3, 5}, new double[] {10, 14, 12});
        IntToDoubleFunction of = costs::of;
        assertEquals(10, of.applyAsDouble(1));
        assertEquals(12, of.applyAsDouble(2));
        assertEquals(14, of.applyAsDouble(5), "more never takes less");
        assertEquals(14, of.applyAsDouble(9));
        assertEquals(10, new PassCosts(new int[] {1}, new double[] {10}).of(7));
    }
}
