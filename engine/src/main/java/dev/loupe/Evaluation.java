package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.PerplexityMeter;
import dev.loupe.engine.tokenizer.Tokenizer;
import dev.loupe.engine.trace.Progress;
import java.util.List;

/** Measures what a placed model predicts, each time in a cache of its own. Used by one thread at a time. */
final class Evaluation {
    private final String model;
    private final Tokenizer tokenizer;
    private final Placement placement;
    private final History history;

    Evaluation(String model, Tokenizer tokenizer, Placement placement, History history) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.placement = placement;
        this.history = history;
    }

    /** Logits after every position: (tokens, vocabulary). */
    float[][] logits(int[] ids) {
        placement.requireIds(ids);
        if (ids.length > placement.contextLength()) {
            throw new LoupeException("%,d ids are more than the model's context of %,d; give fewer."
                    .formatted(ids.length, placement.contextLength()));
        }
        var logits = new float[ids.length][];
        try (KvCache cache = placement.newCache()) {
            placement.pass().run(ids, cache, 0, (index, values) -> logits[index] = values.clone());
        }
        return logits;
    }

    /** Perplexity on a text; if stopped, of what was finished. */
    Perplexity perplexity(String name, String text, int chunk, int chunks, Progress progress) {
        String task = "perplexity of %s as %s".formatted(name, placement.dtype());
        progress.update(task, 0, Math.max(1, chunks));
        long start = System.nanoTime();
        int[] ids = tokenizer.encode(text);
        try (KvCache cache = placement.newCache()) {
            List<Double> means = new PerplexityMeter(placement.pass(), cache)
                    .chunkMeans(ids, chunk, chunks, tokenizer.bos(), done -> progress.update(task, done, chunks));
            var measured = new Perplexity(
                    model,
                    placement.dtype(),
                    placement.backend().device(),
                    name,
                    PerplexityMeter.CONVENTION,
                    chunk,
                    means,
                    chunks,
                    (System.nanoTime() - start) / 1e9,
                    placement.ledger().snapshot().weightBytes());
            history.add(measured);
            return measured;
        }
    }
}
