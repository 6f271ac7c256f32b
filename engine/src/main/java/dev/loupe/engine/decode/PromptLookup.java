package dev.loupe.engine.decode;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Proposes what followed the sequence's last tokens where they stood before (prompt lookup,
 * github.com/apoorvumang/prompt-lookup-decoding): cheap, and good at answers that repeat the prompt.
 *
 * <p>The longest match wins, of equally long ones the latest; a text that repeats itself is thought to go on so. What
 * it would have proposed is compared with what came also where nothing was drafted, so that it is known when it begins
 * to pay. Invariant: its law is certainty.
 */
public final class PromptLookup implements Drafter {
    /** Tokens of a match beyond which a longer one says no more. */
    private static final int LONGEST = 16;

    private int[] ids = {}; // the sequence, its last token included
    private int length;
    private int thought = -1; // the token thought to follow at index length; -1 for none
    private double confidence;

    @Override
    public void begin(int[] prompt) {
        thought = -1;
    }

    @Override
    public Draft propose(Session session, int last, Pace pace, Sampler sampler, RandomGenerator random) {
        learn(session, last, pace);
        var draft = new Draft();
        Match match = longest(ids, length);
        if (match.length() > 0) {
            thought = ids[match.next()];
            confidence = match.confidence();
            for (int next = match.next(); pace.goesOn(draft, confidence); next++) {
                int id = next < length ? ids[next] : draft.ids()[next - length];
                draft.add(id, Distribution.of(id), confidence);
            }
        }
        if (draft.size() > 0) {
            thought = -1; // the round will tell
        }
        return draft;
    }

    /** Takes up the sequence, and tells whether what was only thought of came true. */
    private void learn(Session session, int last, Pace pace) {
        int before = length;
        length = session.length() + 1;
        ids = Arrays.copyOf(session.ids(), length);
        ids[length - 1] = last;
        if (thought >= 0 && before < length) {
            pace.learn(confidence, ids[before] == thought);
        }
        thought = -1;
    }

    /**
     * Where the last tokens stood before.
     *
     * @param length of them; 0 for nowhere
     * @param next index behind that place
     */
    record Match(int length, int next) {
        /** A single token says little, four nearly all. */
        double confidence() {
            return 1 - Math.pow(0.6, length);
        }
    }

    /** The longest match of the end of the first {@code length} ids, up to {@value #LONGEST}; the latest of these. */
    static Match longest(int[] ids, int length) {
        var best = new Match(0, 0);
        for (int next = length - 1; next > best.length() && best.length() < LONGEST; next--) {
            int matched = 0;
            while (matched < LONGEST && matched < next && ids[next - 1 - matched] == ids[length - 1 - matched]) {
                matched++;
            }
            if (matched > best.length()) {
                best = new Match(matched, next);
            }
        }
        return best;
    }

    @Override
    public void close() {
        // holds nothing
    }
}
