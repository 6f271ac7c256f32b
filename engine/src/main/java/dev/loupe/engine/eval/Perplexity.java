package dev.loupe.engine.eval;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How well a model as one dtype predicts a text: its perplexity, and what it lost against a reference dtype, with the
 * convention they were measured by.
 *
 * @param model name of the model
 * @param dtype as asked for: a dtype id, perhaps with those of embedding and head
 * @param runsAs dtypes of the matrices with their numbers, after all fallbacks
 * @param device device id
 * @param attention how attention ran and what the cache kept: "flash, cache fp16"
 * @param text what was read (a name)
 * @param convention id of a {@link Convention}
 * @param chunk tokens in a chunk
 * @param scores of each finished chunk
 * @param requestedChunks how many chunks were asked for; more than finished if it was stopped
 * @param reference dtype that the divergence is measured against; empty if there was none
 * @param seconds wall time
 * @param weightBytes bytes of the weights while it ran
 * @param cacheBytes bytes of the cache at the end of a chunk
 */
public record Perplexity(
        String model,
        String dtype,
        String runsAs,
        String device,
        String attention,
        String text,
        String convention,
        int chunk,
        List<ChunkScore> scores,
        int requestedChunks,
        String reference,
        double seconds,
        long weightBytes,
        long cacheBytes) {
    public Perplexity {
        scores = List.copyOf(scores);
    }

    /** Finished chunks. */
    public int chunks() {
        return scores.size();
    }

    /** Whether it was stopped before its end. */
    public boolean stopped() {
        return chunks() < requestedChunks;
    }

    /** Mean negative log-likelihood of each finished chunk, natural logarithm. */
    public List<Double> chunkNll() {
        return scores.stream().map(ChunkScore::nll).toList();
    }

    /** exp of the mean over the scored tokens; chunks with as many tokens count the same. */
    public double perplexity() {
        return ChunkScore.perplexity(scores);
    }

    /** Standard error of the perplexity: perplexity times the standard error of the mean NLL over chunks. */
    public double standardError() {
        return perplexity() * error(ChunkScore::nll);
    }

    /** Mean KL(reference || this) of a position, in nats; NaN without a reference. */
    public double divergence() {
        return mean(ChunkScore::divergence);
    }

    /** Standard error of the divergence, over chunks. */
    public double divergenceError() {
        return error(ChunkScore::divergence);
    }

    /** Share of the positions where the reference's likeliest token is this one's too; NaN without a reference. */
    public double agreement() {
        return mean(ChunkScore::agreement);
    }

    /** Standard error of the agreement, over chunks. */
    public double agreementError() {
        return error(ChunkScore::agreement);
    }

    private double mean(ToDoubleFunction<ChunkScore> value) {
        double sum = 0;
        long tokens = 0;
        for (ChunkScore score : scores) {
            sum += value.applyAsDouble(score) * score.tokens();
            tokens += score.tokens();
        }
        return sum / tokens;
    }

    private double error(ToDoubleFunction<ChunkScore> value) {
        int n = scores.size();
        if (n < 2) {
            return Double.NaN;
        }
        double mean = mean(value);
        double squares = scores.stream()
                .mapToDouble(value)
                .map(x -> (x - mean) * (x - mean))
                .sum();
        return Math.sqrt(squares / (n - 1) / n);
    }
}
