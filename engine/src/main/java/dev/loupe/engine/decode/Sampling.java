package dev.loupe.engine.decode;

/**
 * The law that tokens are drawn by. Applied in the order of Hugging Face: penalty, temperature, top-k, top-p, min-p.
 *
 * @param temperature divides the logits; 0 takes the most likely token
 * @param topK keep the k most likely tokens, 0 for all
 * @param topP keep the smallest set of the most likely tokens with at least this probability, 1 for all
 * @param minP drop tokens less likely than this share of the most likely one, 0 for none
 * @param repetitionPenalty positive logits of tokens seen are divided by it, negative ones multiplied; 1 for none
 */
public record Sampling(double temperature, int topK, double topP, double minP, double repetitionPenalty) {
    /** The most likely token. */
    public static Sampling greedy() {
        return new Sampling(0, 0, 1, 0, 1);
    }
}
