package dev.loupe.engine.decode;

import java.util.Arrays;
import java.util.BitSet;
import java.util.random.RandomGenerator;

/**
 * Turns logits into the law of the next token.
 *
 * <p>Remembers which tokens were seen, for the repetition penalty (arXiv:1909.05858). Invariant: the same logits and
 * the same tokens seen give the same law.
 */
public final class Sampler {
    /** Candidates that are looked at first where top-p and min-p decide how many are kept. */
    private static final int FEW = 256;

    private final Sampling sampling;
    private final BitSet seen = new BitSet();

    public Sampler(Sampling sampling) {
        this.sampling = sampling;
    }

    /** One that has seen the same, and goes its own way from here. */
    Sampler copy() {
        var copy = new Sampler(sampling);
        copy.seen.or(seen);
        return copy;
    }

    /**
     * Draws a token for a draft.
     *
     * @param logits (vocabulary) of the drafter, changed by the penalty
     * @return the token, which is in the draft then
     */
    int draft(float[] logits, Draft draft, RandomGenerator random) {
        Distribution law = distribution(logits);
        int id = law.draw(random);
        draft.add(id, law, law.ids().length == 1 ? Confidence.of(logits, logits[id]) : law.probability(id));
        see(id);
        return id;
    }

    /** Whether the law is always the highest logit for certain, whatever was seen. */
    boolean takesTheBest() {
        return sampling.repetitionPenalty() == 1 && isGreedy();
    }

    private boolean isGreedy() {
        return sampling.temperature() == 0 || sampling.topK() == 1;
    }

    /** softmax(logits)[id], of the whole vocabulary. */
    static double probability(float[] logits, int id) {
        float max = logits[argmax(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return Math.exp(logits[id] - max) / sum;
    }

    /** Tokens of the prompt, or the one just drawn. */
    public void see(int... ids) {
        for (int id : ids) {
            seen.set(id);
        }
    }

    /**
     * The law of the next token.
     *
     * @param logits (vocabulary), changed by the penalty
     */
    public Distribution distribution(float[] logits) {
        if (sampling.repetitionPenalty() != 1) {
            penalise(logits);
        }
        int best = argmax(logits);
        if (isGreedy()) {
            return Distribution.of(best);
        }
        return truncate(softmax(logits, logits[best]));
    }

    private void penalise(float[] logits) {
        float penalty = (float) sampling.repetitionPenalty();
        for (int id = seen.nextSetBit(0); id >= 0 && id < logits.length; id = seen.nextSetBit(id + 1)) {
            logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
        }
    }

    /** The highest logit, the lowest id among equals. */
    public static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    private double[] softmax(float[] logits, float max) {
        var probabilities = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = Math.exp((logits[i] - max) / sampling.temperature());
            sum += probabilities[i];
        }
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }

    /**
     * Keeps the candidates that top-k, top-p and min-p leave, and makes them sum to 1 again. Most often some of the
     * likeliest are all that need to be sorted.
     */
    private Distribution truncate(double[] probabilities) {
        int most = sampling.topK() > 0 ? Math.min(sampling.topK(), probabilities.length) : probabilities.length;
        boolean few = sampling.topK() == 0 && (sampling.topP() < 1 || sampling.minP() > 0);
        int sorted = few ? Math.min(FEW, most) : most;
        int[] ids = mostLikelyFirst(probabilities, sorted);
        double mass = sampling.topK() > 0
                ? sum(probabilities, ids)
                : Arrays.stream(probabilities).sum();
        int kept = kept(probabilities, ids, sampling.topP() * mass);
        while (kept == sorted && sorted < most) {
            sorted = Math.min(8 * sorted, most);
            ids = mostLikelyFirst(probabilities, sorted);
            kept = kept(probabilities, ids, sampling.topP() * mass);
        }
        return law(probabilities, Arrays.copyOf(ids, kept));
    }

    /** How many of the first ids top-p and min-p leave. */
    private int kept(double[] probabilities, int[] ids, double enough) {
        int kept = sampling.topP() < 1 ? nucleus(probabilities, ids, enough) : ids.length;
        double least = sampling.minP() * probabilities[ids[0]];
        while (kept > 1 && probabilities[ids[kept - 1]] < least) {
            kept--;
        }
        return kept;
    }

    private static Distribution law(double[] probabilities, int[] candidates) {
        double mass = sum(probabilities, candidates);
        var law = new double[candidates.length];
        for (int i = 0; i < law.length; i++) {
            law[i] = probabilities[candidates[i]] / mass;
        }
        return new Distribution(candidates, law);
    }

    /** How many of the first ids are needed for a probability. */
    private static int nucleus(double[] probabilities, int[] ids, double enough) {
        double sum = 0;
        for (int i = 0; i < ids.length; i++) {
            sum += probabilities[ids[i]];
            if (sum >= enough) {
                return i + 1;
            }
        }
        return ids.length;
    }

    private static double sum(double[] probabilities, int[] ids) {
        double sum = 0;
        for (int id : ids) {
            sum += probabilities[id];
        }
        return sum;
    }

    /**
     * The ids of the {@code count} highest probabilities, falling; a float's bits and the id in one long, so that
     * equals stay in order of id.
     */
    private static int[] mostLikelyFirst(double[] probabilities, int count) {
        var keys = new long[Math.min(2 * count, probabilities.length)];
        int held = 0;
        long last = Long.MAX_VALUE; // of the first count so far
        for (int i = 0; i < probabilities.length; i++) {
            long key = (long) ~Float.floatToRawIntBits((float) probabilities[i]) << 32 | i;
            if (key < last) {
                keys[held++] = key;
                if (held == keys.length && held > count) {
                    Arrays.sort(keys);
                    held = count;
                    last = keys[count - 1];
                }
            }
        }
        Arrays.sort(keys, 0, held);
        var ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = (int) keys[i];
        }
        return ids;
    }
}
