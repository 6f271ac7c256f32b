package dev.loupe.engine.eval;

import java.util.List;

/**
 * What was measured on one chunk of a text.
 *
 * @param tokens how many were scored
 * @param nll mean negative log-likelihood of the tokens, natural logarithm
 * @param divergence mean over the positions of KL(reference || model), in nats; NaN without a reference
 * @param agreement share of the positions where the reference's likeliest token is the model's too; NaN without one
 */
public record ChunkScore(int tokens, double nll, double divergence, double agreement) {
    /** exp of the mean over the scored tokens; chunks with as many tokens count the same. */
    public static double perplexity(List<ChunkScore> scores) {
        double sum = 0;
        long tokens = 0;
        for (ChunkScore score : scores) {
            sum += score.nll() * score.tokens();
            tokens += score.tokens();
        }
        return Math.exp(sum / tokens);
    }
}
