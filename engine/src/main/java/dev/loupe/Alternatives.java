package dev.loupe;

import java.util.List;

/**
 * A text's tokens with what the model thought of each before it came.
 *
 * <p>Invariant: the first token has no probability, as nothing stood before it.
 *
 * @param tokens in order
 * @param next the likeliest tokens after the last one
 */
public record Alternatives(String model, List<Position> tokens, List<Prediction> next) {
    /**
     * One token.
     *
     * @param taken what stands there; NaN for the first one's probability
     * @param likeliest what could have stood there, likeliest first
     */
    public record Position(Prediction taken, List<Prediction> likeliest) {
        public Position {
            likeliest = List.copyOf(likeliest);
        }
    }

    public Alternatives {
        tokens = List.copyOf(tokens);
        next = List.copyOf(next);
    }

    /** How many tokens, and what comes next, in one line. */
    @Override
    public String toString() {
        return "%d tokens, then most likely \"%s\""
                .formatted(tokens.size(), next.getFirst().piece());
    }
}
