package dev.loupe.engine.decode;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Proposes what followed the sequence's last tokens where they stood before (prompt lookup,
 * github.com/apoorvumang/prompt-lookup-decoding): cheap, and good at answers that repeat the prompt.
 *
 * <p>The longest match wins, of equally long ones the latest. Invariant: its law is certainty.
 */
public final class PromptLookup implements Drafter {
    private static final int LONGEST = 4;

    @Override
    public void begin(int[] prompt) {
        // the session has it
    }

    @Override
    public Draft propose(Session session, int last, Pace pace, Sampler sampler, RandomGenerator random) {
        int[] ids = Arrays.copyOf(session.ids(), session.length() + 1);
        ids[ids.length - 1] = last;
        var draft = new Draft();
        for (int matched = Math.min(LONGEST, ids.length - 1); matched > 0; matched--) {
            int next = follower(ids, matched);
            if (next >= 0) {
                double confidence = matched / (matched + 1.0);
                while (next < ids.length && pace.goesOn(draft)) {
                    draft.add(ids[next], Distribution.of(ids[next]), confidence);
                    next++;
                }
                return draft;
            }
        }
        return draft;
    }

    /** The index behind the latest earlier place of the last {@code matched} ids; -1 if there is none. */
    private static int follower(int[] ids, int matched) {
        int suffix = ids.length - matched;
        for (int at = suffix - 1; at >= 0; at--) {
            if (Arrays.equals(ids, at, at + matched, ids, suffix, ids.length)) {
                return at + matched;
            }
        }
        return -1;
    }

    @Override
    public void close() {
        // holds nothing
    }
}
