package dev.loupe.engine.decode;

/**
 * One draft and its verification.
 *
 * @param at index among the generated tokens of the first one drafted
 * @param drafted ids proposed, none for a plain step
 * @param confidences of the drafter in each, 0 to 1
 * @param accepted how many of the first of them the model took
 * @param draftNanos time to draft
 * @param verifyNanos time of the model's pass over the last token and the draft
 */
public record DraftRound(
        int at, int[] drafted, double[] confidences, int accepted, long draftNanos, long verifyNanos) {}
