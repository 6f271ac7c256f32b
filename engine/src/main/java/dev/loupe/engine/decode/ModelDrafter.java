package dev.loupe.engine.decode;

import dev.loupe.engine.model.ForwardPass;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Another, smaller model with the same vocabulary drafts, with a session of its own.
 *
 * <p>Invariant: its session never holds a token that the sequence has not, once {@link Session#keepPrefix} is asked.
 */
public final class ModelDrafter implements Drafter {
    private final ForwardPass pass;
    private final Session own;
    private final Runnable closing;
    private final float[] logits;

    /**
     * @param pass of the draft model
     * @param own an empty session of it, closed with this
     * @param closing gives back the pass and its model
     */
    public ModelDrafter(ForwardPass pass, Session own, Runnable closing) {
        this.pass = pass;
        this.own = own;
        this.closing = closing;
        logits = new float[pass.vocabularySize()];
    }

    @Override
    public void begin(int[] prompt) {
        if (prompt.length < own.capacity()) {
            catchUp(prompt);
        }
    }

    private void catchUp(int[] sequence) {
        int kept = own.keepPrefix(sequence, pass);
        own.read(Arrays.copyOfRange(sequence, kept, sequence.length), pass, logits);
    }

    @Override
    public Draft propose(Session session, int last, Pace pace, Sampler sampler, RandomGenerator random) {
        var draft = new Draft();
        int[] sequence = Arrays.copyOf(session.ids(), session.length() + 1);
        sequence[sequence.length - 1] = last;
        Sampler ahead = sampler.copy();
        while (sequence.length + draft.size() < own.capacity() && pace.goesOn(draft)) {
            if (draft.size() == 0) {
                catchUp(sequence);
            } else {
                own.read(new int[] {draft.ids()[draft.size() - 1]}, pass, logits);
            }
            ahead.draft(logits, draft, random);
        }
        return draft;
    }

    @Override
    public void close() {
        own.close();
        closing.run();
    }
}
