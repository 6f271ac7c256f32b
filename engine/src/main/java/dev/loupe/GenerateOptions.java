package dev.loupe;

import java.util.List;

/**
 * How to generate; build with {@link #builder()} or write in the magics' syntax with {@link #parse(String)}.
 *
 * @param maxTokens most tokens to generate
 * @param temperature 0 takes the most likely token; above 0 samples
 * @param topK keep the k most likely tokens, 0 for all
 * @param topP keep the smallest set of tokens with this probability, 1 for all (arXiv:1904.09751)
 * @param minP drop tokens less likely than this share of the most likely one, 0 for none (arXiv:2407.01082)
 * @param repetitionPenalty divide (or multiply, where negative) logits of tokens seen, 1 for none (arXiv:1909.05858)
 * @param seed of the random numbers
 * @param raw the prompt is taken as it is, no chat template
 * @param ignoreEos go on after an end-of-sequence token
 * @param stop strings that end the generation; they are not part of its text
 */
public record GenerateOptions(
        int maxTokens,
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        long seed,
        boolean raw,
        boolean ignoreEos,
        List<String> stop) {}
