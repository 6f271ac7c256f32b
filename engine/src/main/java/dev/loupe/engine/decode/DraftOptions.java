package dev.loupe.engine.decode;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.model.ForwardPass;

/**
 * How far to draft.
 *
 * @param most tokens drafted at once
 * @param adaptive whether to draft only as far as it pays, by what drafting, verifying and rejecting have cost so far
 * @param threshold stop behind a token that the drafter is less sure of than this, 0 to 1
 */
public record DraftOptions(int most, boolean adaptive, double threshold) {
    /** Most tokens that may be drafted at once, so that the head reads them and the one before together. */
    public static final int LONGEST = ForwardPass.HEAD_TOKENS - 1;

    public DraftOptions {
        if (most < 1 || most > LONGEST) {
            throw new LoupeException("draft cannot be %d; make it 1 to %d.".formatted(most, LONGEST));
        }
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new LoupeException("threshold cannot be %s; make it 0 to 1.".formatted(threshold));
        }
    }
}
