package dev.loupe.engine.decode;

import java.util.Arrays;

/**
 * Decides how far to draft.
 *
 * <p>Adaptive, it drafts one more token only if the tokens expected of that are worth more than its time, at the speed
 * reached so far. What passes take was measured before; it learns how that changes with the context, what a drafted
 * token costs, and how often a token of some confidence is accepted. While it does not draft it believes less and less
 * of what kept it from drafting, and tries again. Invariants: it never asks for more than the options and the room
 * allow; adaptive, drafts that were all rejected cost a twentieth of plain decoding's time and two passes at most.
 */
public final class Pace {
    private static final double NEW_TIME = 0.2;
    private static final double FADE = 0.02;
    private static final double OUTLIER = 3;
    private static final int BUCKETS = 8;
    private static final double USUAL = 0.7;

    /** Passes that drafting may lose at first, and that it may lose again of what it gained. */
    private static final double CREDIT = 2;

    private static final double MOST_CREDIT = 8;

    /** Share of plain decoding's time that it may lose. */
    private static final double STAKE = 0.05;

    private final DraftOptions options;
    private final PassCosts costs;
    private final Odds[] accepted = new Odds[BUCKETS]; // by confidence
    private final Odds any = new Odds(USUAL); // of a token whose confidence is not known yet
    private double slower = 1; // what passes take, in what they took when measured
    private double draftNanos; // as if measured then
    private double tokenNanos;
    private double credit; // nanoseconds that drafting may lose
    private int room;

    /**
     * @param costs of the passes that verify
     * @param draftNanos time to draft a token, as measured before
     */
    public Pace(DraftOptions options, PassCosts costs, double draftNanos) {
        this.options = options;
        this.costs = costs;
        this.draftNanos = draftNanos;
        tokenNanos = costs.of(1);
        credit = CREDIT * costs.of(1);
        Arrays.setAll(accepted, i -> new Odds((i + 0.5) / BUCKETS));
    }

    /** One that drafts as far as the options say: there is nothing to measure. */
    public static Pace constant(DraftOptions options) {
        return new Pace(options, new PassCosts(new int[] {1}, new double[] {1}), 0);
    }

    /** Most tokens drafted at once. */
    int most() {
        return options.most();
    }

    /** Begins a round with room for so many drafted tokens. */
    void room(int tokens) {
        room = Math.min(tokens, options.most());
    }

    /** Whether to draft another token, of which nothing is known yet. */
    boolean goesOn(Draft draft) {
        return accepting(draft, any.hope());
    }

    /** Whether to draft another token, of which the drafter is so sure, 0 to 1. */
    boolean goesOn(Draft draft, double confidence) {
        return accepting(draft, odds(confidence).value());
    }

    /** Whether to draft another token that is accepted with probability {@code next}. */
    private boolean accepting(Draft draft, double next) {
        int n = draft.size();
        if (n >= room || n > 0 && draft.confidence(n - 1) < options.threshold()) {
            return false;
        }
        return !options.adaptive() || pays(draft, next);
    }

    /** Whether some number of further tokens, each accepted with probability {@code next}, gains more than it costs. */
    private boolean pays(Draft draft, double next) {
        double reached = 1;
        for (double confidence : draft.confidences()) {
            reached *= odds(confidence).value();
        }
        double gain = 0;
        int n = draft.size();
        if (cost(n + 1) - cost(0) > credit) {
            return false;
        }
        for (int more = 1; n + more <= room; more++) {
            reached *= next;
            gain += reached;
            if (gain * tokenNanos > cost(n + more) - cost(n)) {
                return true;
            }
        }
        return false;
    }

    /** Time of a round with {@code n} drafted tokens. */
    private double cost(int n) {
        return slower * (n * draftNanos + costs.of(n + 1));
    }

    /** Learns from a round. */
    void learn(DraftRound round, int generated) {
        int n = round.drafted().length;
        slower = mean(slower, round.verifyNanos() / costs.of(n + 1));
        draftNanos = n > 0 ? mean(draftNanos, round.draftNanos() / (n * slower)) : draftNanos * (1 - FADE);
        double spent = (double) (round.draftNanos() + round.verifyNanos()) / generated;
        tokenNanos = Math.min(cost(0), mean(tokenNanos, spent));
        credit = Math.min(MOST_CREDIT * cost(0), credit + (1 + STAKE) * generated * cost(0) - cost(n));
        any.fade(FADE);
        for (Odds each : accepted) {
            each.fade(FADE);
        }
        for (int i = 0; i < Math.min(n, round.accepted() + 1); i++) {
            learn(round.confidences()[i], i < round.accepted());
        }
    }

    /** Learns whether a token, drafted or only thought of, was the model's own. */
    void learn(double confidence, boolean hit) {
        odds(confidence).learn(hit);
        any.learn(hit);
    }

    private Odds odds(double confidence) {
        return accepted[(int) Math.min(BUCKETS - 1, confidence * BUCKETS)];
    }

    /** A pause of the machine is no new speed. */
    private static double mean(double before, double now) {
        return before + NEW_TIME * (Math.min(now, OUTLIER * before) - before);
    }
}
