package dev.loupe.engine.decode;

import dev.loupe.engine.model.ForwardPass;
import java.util.random.RandomGenerator;

/**
 * The model itself drafts, made cheaper: as a low-bit copy (IPEX-LLM's self-speculative decoding) or with layers passed
 * over (arXiv:2309.08168).
 *
 * <p>It goes on from the session's own keys and values, so it reads no prompt and needs no cache. Invariant: keys and
 * values that it wrote are cut off again.
 */
public final class SelfDrafter implements Drafter {
    private final ForwardPass pass;
    private final ExactHead head;
    private final Runnable closing;
    private final float[] logits;

    /**
     * @param pass of the cheaper model, whose layers are the session's
     * @param head the model's own, which knows better about the likeliest tokens; null where the pass has it too
     * @param closing gives back the pass and its model
     */
    public SelfDrafter(ForwardPass pass, ExactHead head, Runnable closing) {
        this.head = head;
        this.closing = closing;
        this.pass = pass;
        logits = new float[pass.vocabularySize()];
    }

    @Override
    public void begin(int[] prompt) {
        // the session has its keys and values
    }

    @Override
    public Draft propose(Session session, int last, Pace pace, Sampler sampler, RandomGenerator random) {
        int length = session.length();
        var draft = new Draft();
        Sampler ahead = sampler.copy();
        int id = last;
        try {
            while (pace.goesOn(draft)) {
                session.read(new int[] {id}, pass, logits);
                if (head != null) {
                    head.correct(pass, logits);
                }
                id = ahead.draft(logits, draft, random);
            }
        } finally {
            session.cut(length);
        }
        return draft;
    }

    @Override
    public void close() {
        closing.run();
    }
}
