package dev.loupe.engine.decode;

/**
 * How often something comes true: what was believed at first, and what the last outcomes were.
 *
 * <p>Invariant: between 0 and 1.
 */
final class Odds {
    /** Outcomes that the first belief counts for. */
    private static final double BELIEF = 2;

    private static final double FORGET = 0.9;

    /** Weight of what few outcomes leave open. */
    private static final double OPEN = 0.4;

    private final double belief;
    private double hits;
    private double tries;

    Odds(double belief) {
        this.belief = belief;
    }

    double value() {
        return (hits + BELIEF * belief) / (tries + BELIEF);
    }

    /**
     * The value or more, the fewer the outcomes: an upper confidence bound, so that one bad outcome is not the last.
     */
    double hope() {
        return Math.min(1, value() + OPEN / Math.sqrt(tries + BELIEF));
    }

    void learn(boolean hit) {
        hits = hits * FORGET + (hit ? 1 : 0);
        tries = tries * FORGET + 1;
    }

    /** Trusts the outcomes a little less, so that what was given up is tried again. */
    void fade(double share) {
        hits *= 1 - share;
        tries *= 1 - share;
    }
}
