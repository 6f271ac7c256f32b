package dev.loupe.engine.eval;

/**
 * What a model's logits after one token are worth, in float64.
 *
 * @param nll -log softmax(logits)[target]
 * @param divergence KL(softmax(reference) || softmax(logits)) in nats, never negative; NaN without a reference
 * @param agrees whether both have the same likeliest token; of equal ones the lowest id
 */
record Position(double nll, double divergence, boolean agrees) {
    /** @param reference logits to compare with, or null */
    static Position of(float[] logits, float[] reference, int target) {
        int likeliest = likeliest(logits);
        double logSum = logSum(logits, logits[likeliest]);
        double nll = logSum - logits[target];
        if (reference == null) {
            return new Position(nll, Double.NaN, false);
        }
        int expected = likeliest(reference);
        double referenceLogSum = logSum(reference, reference[expected]);
        double divergence = 0;
        for (int i = 0; i < logits.length; i++) {
            double logP = reference[i] - referenceLogSum;
            divergence += Math.exp(logP) * (logP - (logits[i] - logSum));
        }
        return new Position(nll, Math.max(0, divergence), likeliest == expected);
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    /** log of the sum of exp. */
    private static double logSum(float[] logits, float max) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return Math.log(sum) + max;
    }
}
