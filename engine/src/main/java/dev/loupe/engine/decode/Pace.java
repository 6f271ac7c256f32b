package dev.loupe.engine.decode;

import java.util.Arrays;

/**
 * Decides how far to draft.
 *
 * <p>Adaptive, it drafts one more token only if the tokens expected of that are worth more than its time, at the speed
 * reached so far: it learns what a drafted token costs, what a pass over n tokens costs, and how often a token of some
 * confidence is accepted. What was not measured for a while is slowly taken to be better, so that it is tried again.
 * Invariant: it never asks for more than the options and the room allow.
 */
public final class Pace {
    private static final double NEW_TIME = 0.2;
    private static final double NEW_OUTCOME = 0.25;
    private static final double FORGET = 0.02;
    private static final int BUCKETS = 8;
    private static final double HOPE = 0.6;

    private final DraftOptions options;
    private final double[] passNanos = new double[DraftOptions.LONGEST + 2]; // by tokens of the pass; 0 unknown
    private final double[] accepted = new double[BUCKETS]; // share accepted, by confidence
    private double average = HOPE;
    private double draftNanos;
    private double tokenNanos;
    private int room;

    public Pace(DraftOptions options) {
        this.options = options;
        for (int i = 0; i < BUCKETS; i++) {
            accepted[i] = 0.5 + (i + 0.5) / BUCKETS / 2;
        }
    }

    /** Most tokens drafted at once. */
    int most() {
        return options.most();
    }

    /** Begins a round with room for so many drafted tokens. */
    void room(int tokens) {
        room = Math.min(tokens, options.most());
    }

    /** Whether to draft another token. */
    boolean goesOn(Draft draft) {
        int n = draft.size();
        if (n >= room || n > 0 && draft.confidence(n - 1) < options.threshold()) {
            return false;
        }
        return !options.adaptive() || pays(draft);
    }

    /** Whether some number of further tokens gains more than it costs. */
    private boolean pays(Draft draft) {
        if (passNanos[1] == 0) {
            return false; // the first round measures a plain pass
        }
        double reached = 1;
        for (double confidence : draft.confidences()) {
            reached *= accepted[bucket(confidence)];
        }
        double gain = 0;
        int n = draft.size();
        for (int more = 1; n + more <= room; more++) {
            reached *= average;
            gain += reached;
            double cost = more * draftNanos + passNanos(n + more + 1) - passNanos(n + 1);
            if (gain * tokenNanos > cost) {
                return true;
            }
        }
        return false;
    }

    /** Learns from a round. */
    void learn(DraftRound round, int generated) {
        int n = round.drafted().length;
        forget();
        if (n > 0) {
            draftNanos = mean(draftNanos, (double) round.draftNanos() / n);
        }
        double most = passNanos[1] == 0 ? Double.MAX_VALUE : (n + 1) * passNanos[1]; // more is the compiler's time
        passNanos[n + 1] = mean(passNanos[n + 1], n == 0 ? round.verifyNanos() : Math.min(most, round.verifyNanos()));
        double spent = (double) (round.draftNanos() + round.verifyNanos()) / generated;
        tokenNanos = Math.min(passNanos[1], mean(tokenNanos, spent));
        for (int i = 0; i < Math.min(n, round.accepted() + 1); i++) {
            double outcome = i < round.accepted() ? 1 : 0;
            int bucket = bucket(round.confidences()[i]);
            accepted[bucket] += NEW_OUTCOME * (outcome - accepted[bucket]);
            average += NEW_OUTCOME * (outcome - average);
        }
    }

    private void forget() {
        for (int i = 1; i < passNanos.length; i++) {
            passNanos[i] *= 1 - FORGET;
        }
        draftNanos *= 1 - FORGET;
        average += FORGET * (HOPE - average);
    }

    /** What a pass over n tokens takes; unknown, as much as the largest known one below. */
    private double passNanos(int n) {
        return Arrays.stream(passNanos, 1, n + 1).max().orElse(0);
    }

    private static double mean(double before, double now) {
        return before == 0 ? now : before + NEW_TIME * (Math.min(now, 3 * before) - before);
    }

    private static int bucket(double confidence) {
        return (int) Math.min(BUCKETS - 1, confidence * BUCKETS);
    }
}
