package dev.loupe.engine.eval;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.model.ForwardPass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntConsumer;

/**
 * Perplexity by IPEX-LLM's convention: the text is cut into chunks, the first token of each replaced by BOS, the second
 * half of each scored, and the chunks' means averaged. No chat template, logits in fp32.
 */
public final class PerplexityMeter {
    /** What {@link Perplexity#convention()} calls it. */
    public static final String CONVENTION = "ipex";

    private final ForwardPass pass;
    private final KvCache cache;

    /** @param cache an empty one that holds a chunk */
    public PerplexityMeter(ForwardPass pass, KvCache cache) {
        this.pass = pass;
        this.cache = cache;
    }

    /**
     * Mean negative log-likelihood of each chunk; fewer than asked for if it was stopped.
     *
     * @param ids the text's
     * @param chunk tokens in a chunk, at least 2
     * @param chunks how many from the beginning
     * @param bos put first in each chunk, if there is one
     * @param finished told the number of chunks finished
     */
    public List<Double> chunkMeans(int[] ids, int chunk, int chunks, OptionalInt bos, IntConsumer finished) {
        if (chunk < 2 || chunk > cache.capacity()) {
            throw new LoupeException("A chunk of %,d tokens cannot be scored; choose 2 to %,d, the model's context."
                    .formatted(chunk, cache.capacity()));
        }
        if (chunks < 1 || (long) chunk * chunks > ids.length) {
            throw new LoupeException(
                    "The text has %,d tokens, which is %,d chunks of %,d, not %,d; ask for fewer chunks."
                            .formatted(ids.length, ids.length / chunk, chunk, chunks));
        }
        List<Double> means = new ArrayList<>();
        try {
            for (int c = 0; c < chunks; c++) {
                means.add(chunkMean(Arrays.copyOfRange(ids, c * chunk, (c + 1) * chunk), bos));
                finished.accept(c + 1);
            }
        } catch (CancelledException e) {
            if (means.isEmpty()) {
                throw e;
            }
        }
        return means;
    }

    private double chunkMean(int[] ids, OptionalInt bos) {
        bos.ifPresent(id -> ids[0] = id);
        int first = ids.length / 2;
        var sum = new double[1];
        cache.trim(0);
        pass.run(
                Arrays.copyOf(ids, ids.length - 1),
                cache,
                first - 1,
                (index, logits) -> sum[0] += negativeLogLikelihood(logits, ids[index + 1]));
        return sum[0] / (ids.length - first);
    }

    /** -log softmax(logits)[id]. */
    static double negativeLogLikelihood(float[] logits, int id) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return Math.log(sum) + max - logits[id];
    }
}
