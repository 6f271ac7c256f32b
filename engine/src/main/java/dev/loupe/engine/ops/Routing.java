package dev.loupe.engine.ops;

/**
 * Which experts read which tokens (arXiv:2401.04088): for every token the {@code top} with the highest scores, the
 * lowest index first among equals, and as shares the softmax over these.
 *
 * <p>Entry {@code token * top + i} is a token's i-th expert. Invariant: the shares of a token sum to 1.
 *
 * @param top experts of a token
 * @param experts (tokens, top)
 * @param shares (tokens, top)
 */
public record Routing(int top, int[] experts, float[] shares) {
    /** The choice by scores (tokens, experts). */
    public static Routing of(float[] scores, int tokens, int top) {
        var routing = new Routing(top, new int[tokens * top], new float[tokens * top]);
        int count = tokens == 0 ? 0 : scores.length / tokens;
        for (int t = 0; t < tokens; t++) {
            routing.choose(scores, t * count, count, t * top);
        }
        return routing;
    }

    private void choose(float[] scores, int from, int count, int at) {
        for (int i = 0; i < top; i++) {
            int best = -1;
            for (int e = 0; e < count; e++) {
                if (!chosen(e, at, i) && (best < 0 || scores[from + e] > scores[from + best])) {
                    best = e;
                }
            }
            experts[at + i] = best;
        }
        double sum = 0;
        for (int i = 0; i < top; i++) {
            sum += Math.exp(scores[from + experts[at + i]] - scores[from + experts[at]]);
        }
        for (int i = 0; i < top; i++) {
            shares[at + i] = (float) (Math.exp(scores[from + experts[at + i]] - scores[from + experts[at]]) / sum);
        }
    }

    private boolean chosen(int expert, int at, int count) {
        for (int i = 0; i < count; i++) {
            if (experts[at + i] == expert) {
                return true;
            }
        }
        return false;
    }

    /** How many tokens an expert reads. */
    public int count(int expert) {
        int count = 0;
        for (int e : experts) {
            count += e == expert ? 1 : 0;
        }
        return count;
    }

    /** The entries of an expert, in the order of the tokens. */
    public int[] entries(int expert) {
        var entries = new int[count(expert)];
        int n = 0;
        for (int i = 0; i < experts.length; i++) {
            if (experts[i] == expert) {
                entries[n++] = i;
            }
        }
        return entries;
    }
}
