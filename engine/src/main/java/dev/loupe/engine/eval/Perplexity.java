package dev.loupe.engine.eval;

import java.util.List;

/**
 * Perplexity of a model on a text, with the convention it was measured by.
 *
 * @param model name of the model
 * @param dtype dtype id
 * @param device device id
 * @param text what was read (a name)
 * @param convention "ipex": chunks, first token replaced by BOS, second half scored, mean of the chunks' means
 * @param chunk tokens in a chunk
 * @param chunkNll mean negative log-likelihood of each finished chunk, natural logarithm
 * @param requestedChunks how many chunks were asked for; more than finished if it was stopped
 * @param seconds wall time
 * @param weightBytes bytes of the weights while it ran
 */
public record Perplexity(
        String model,
        String dtype,
        String device,
        String text,
        String convention,
        int chunk,
        List<Double> chunkNll,
        int requestedChunks,
        double seconds,
        long weightBytes) {
    public Perplexity {
        chunkNll = List.copyOf(chunkNll);
    }

    /** Finished chunks. */
    public int chunks() {
        return chunkNll.size();
    }

    /** exp of the mean of the chunks' means. */
    public double perplexity() {
        return Math.exp(meanNll());
    }

    /** Standard error of the perplexity: perplexity times the standard error of the mean NLL over chunks. */
    public double standardError() {
        int n = chunkNll.size();
        if (n < 2) {
            return Double.NaN;
        }
        double mean = meanNll();
        double squares =
                chunkNll.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
        return perplexity() * Math.sqrt(squares / (n - 1) / n);
    }

    private double meanNll() {
        return chunkNll.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }
}
