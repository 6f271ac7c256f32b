package dev.loupe.engine.eval;

/**
 * What was measured on one chunk of a text.
 *
 * @param tokens how many were scored
 * @param nll mean negative log-likelihood of the tokens, natural logarithm
 * @param divergence mean over the positions of KL(reference || model), in nats; NaN without a reference
 * @param agreement share of the positions where the reference's likeliest token is the model's too; NaN without one
 */
public record ChunkScore(int tokens, double nll, double divergence, double agreement) {}
