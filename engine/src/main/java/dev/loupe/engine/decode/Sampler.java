package dev.loupe.engine.decode;

import dev.loupe.engine.ops.Top;
import dev.loupe.engine.ops.TopSpec;
import java.util.Arrays;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Turns logits into the law of the next token: first the likeliest candidates are found, by the device where these are
 * enough, then the law is made of them.
 *
 * <p>Remembers which tokens were seen, for the repetition penalty (arXiv:1909.05858). Invariant: the same logits and
 * the same tokens seen give the same law, wherever the candidates are found, but for the rounding of the mass of all
 * tokens, which top-p without top-k needs.
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

    /** What of the logits most often decides: a top that every backend finds; null if it takes all of them. */
    TopSpec asks(int vocabulary) {
        TopSpec spec = spec(few(vocabulary));
        return spec.count() <= TopSpec.MOST && (isCut() || isGreedy()) ? spec : null;
    }

    private TopSpec spec(int count) {
        boolean weighsAll = !isGreedy() && sampling.topK() == 0 && sampling.topP() < 1;
        return new TopSpec(count, weighsAll ? (float) sampling.temperature() : 0);
    }

    private int few(int vocabulary) {
        int few = isGreedy() ? 1 : sampling.topK() > 0 ? sampling.topK() : isCut() ? FEW : vocabulary;
        return Math.min(few, vocabulary);
    }

    private boolean isCut() {
        return sampling.topK() > 0 || sampling.topP() < 1 || sampling.minP() > 0;
    }

    /** What logits of the tokens seen are divided or multiplied by; 1 for no penalty. */
    float penalty() {
        return (float) sampling.repetitionPenalty();
    }

    /** The ids seen. */
    int[] seen() {
        return seen.stream().toArray();
    }

    /**
     * The law of the next token.
     *
     * @param logits (vocabulary), changed by the penalty
     */
    public Distribution distribution(float[] logits) {
        if (penalty() != 1) {
            for (int id = seen.nextSetBit(0); id >= 0 && id < logits.length; id = seen.nextSetBit(id + 1)) {
                logits[id] = logits[id] > 0 ? logits[id] / penalty() : logits[id] * penalty();
            }
        }
        return penalised(logits);
    }

    /** The law of the next token by logits (vocabulary) that have had their penalty. */
    Distribution penalised(float[] logits) {
        if (!isCut() && !isGreedy()) {
            return law(everything(logits), logits.length);
        }
        for (int count = few(logits.length); ; count = Math.min(8 * count, logits.length)) {
            Distribution law = law(Top.of(logits, spec(count)), logits.length);
            if (law != null) {
                return law;
            }
        }
    }

    /** All tokens, in the order of their ids but for the highest: to sort them would take longer than all else. */
    private static Top everything(float[] logits) {
        int[] ids = IntStream.range(0, logits.length).toArray();
        int highest = Top.highest(logits, 1)[0];
        ids[0] = highest;
        ids[highest] = 0;
        return Top.at(ids, logits);
    }

    /** The law of the next token by the highest logits; null if top-p or min-p may keep more than these. */
    Distribution law(Top top, int vocabulary) {
        if (isGreedy()) {
            return Distribution.of(top.ids()[0]);
        }
        var weights = new double[top.ids().length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Top.weight(top.values()[i], top.values()[0], sampling.temperature());
        }
        int kept = kept(weights, sampling.topK() > 0 ? sum(weights, weights.length) : top.mass());
        if (sampling.topK() == 0 && kept == weights.length && kept < vocabulary) {
            return null;
        }
        double mass = sum(weights, kept);
        var law = new double[kept];
        for (int i = 0; i < kept; i++) {
            law[i] = weights[i] / mass;
        }
        return new Distribution(Arrays.copyOf(top.ids(), kept), law);
    }

    /** How many of the first candidates top-p and min-p leave. */
    private int kept(double[] weights, double mass) {
        int kept = weights.length;
        if (sampling.topP() < 1) {
            double sum = 0;
            for (kept = 0; kept < weights.length && (kept == 0 || sum < sampling.topP() * mass); kept++) {
                sum += weights[kept];
            }
        }
        while (kept > 1 && weights[kept - 1] < sampling.minP()) {
            kept--;
        }
        return kept;
    }

    private static double sum(double[] weights, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[i];
        }
        return sum;
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
}
