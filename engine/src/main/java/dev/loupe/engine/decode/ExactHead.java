package dev.loupe.engine.decode;

import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.ops.Top;
import dev.loupe.engine.ops.Weight;

/**
 * A model's own head, which corrects the logits that a low-bit copy's head gives to the likeliest tokens.
 *
 * <p>A third of the copy's error is its head's, and a token is decided among few: their rows of the model's own head
 * are read at no cost. Invariant: only the {@value #LIKELIEST} highest logits change.
 *
 * @param weight (vocabulary, hidden), on the copy's device
 * @param softcap as {@link Decoder#logitSoftcap()}
 */
public record ExactHead(Weight weight, float softcap) {
    static final int LIKELIEST = 4;

    /** The head of a model. */
    public static ExactHead of(Decoder decoder) {
        return new ExactHead(decoder.head(), decoder.logitSoftcap());
    }

    /**
     * Corrects what a pass has just given.
     *
     * @param logits (vocabulary) after the last token that the pass read
     */
    void correct(ForwardPass pass, float[] logits) {
        int[] ids = Top.highest(logits, Math.min(LIKELIEST, logits.length));
        float[] exact = pass.logits(weight, ids, softcap);
        for (int i = 0; i < ids.length; i++) {
            logits[ids[i]] = exact[i];
        }
    }
}
