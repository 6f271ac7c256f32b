package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.eval.AttentionBench;
import dev.loupe.engine.eval.AttentionCost;
import dev.loupe.engine.eval.ChunkScore;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.PerplexityMeter;
import dev.loupe.engine.eval.PerplexityOptions;
import dev.loupe.engine.eval.PositionLoss;
import dev.loupe.engine.eval.PositionMeter;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Mask;
import dev.loupe.engine.tokenizer.Tokenizer;
import dev.loupe.engine.trace.Progress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Measures what a placed model predicts, each time in a cache of its own. Used by one thread at a time. */
final class Evaluation {
    private static final int MOST_CONTEXT = 65_536;

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

    /** How well a text is predicted; if stopped, what was finished. {@code before} are scores to go on from. */
    Perplexity perplexity(
            String name, String text, PerplexityOptions options, List<ChunkScore> before, Progress progress) {
        String task = "perplexity of %s as %s".formatted(name, placement.dtype());
        long start = System.nanoTime();
        int[] ids = tokenizer.encode(text);
        int chunks = chunks(ids, options);
        long weightBytes = placement.ledger().snapshot().weightBytes();
        progress.update(task, 0, Math.max(1, chunks));
        try (var own = new Read(placement.pass(), placement.newCache(), () -> {});
                var reference = reference(options, progress)) {
            List<ChunkScore> scores = new PerplexityMeter(own.reader(), reference == null ? null : reference.reader())
                    .scores(
                            ids,
                            options.convention(),
                            options.chunk(),
                            chunks,
                            tokenizer.bos(),
                            tokenizer.addsBos(),
                            before,
                            done -> tell(progress, task, done, chunks));
            var measured = new Perplexity(
                    model,
                    placement.dtype(),
                    Dtypes.mix(placement.model()),
                    placement.backend().device(),
                    placement.attentionWords(),
                    name,
                    options.convention().id(),
                    options.chunk(),
                    scores,
                    chunks,
                    options.reference(),
                    (System.nanoTime() - start) / 1e9,
                    weightBytes,
                    own.cache().bytes());
            history.add(measured);
            return measured;
        }
    }

    private static void tell(Progress progress, String task, List<ChunkScore> scores, int chunks) {
        if (!scores.isEmpty()) {
            progress.found("perplexity so far", ChunkScore.perplexity(scores));
        }
        progress.update(task, scores.size(), chunks);
    }

    private static int chunks(int[] ids, PerplexityOptions options) {
        int filled = options.convention().fill(ids.length, options.chunk());
        return options.chunks() == 0 ? Math.max(1, filled) : options.chunks();
    }

    /** A pass with its cache and what else to close. */
    private record Read(ForwardPass pass, KvCache cache, Runnable after) implements AutoCloseable {
        PerplexityMeter.Reader reader() {
            return new PerplexityMeter.Reader(pass, cache);
        }

        @Override
        public void close() {
            cache.close();
            after.run();
        }
    }

    private Read reference(PerplexityOptions options, Progress progress) {
        if (options.reference().isEmpty()) {
            return null;
        }
        DtypePlan plan = placement.plan(options.reference());
        if (plan.equals(placement.model().plan())) {
            return new Read(placement.pass(), placement.newCache(), () -> {});
        }
        var beside = placement.beside("the reference", plan, progress);
        return new Read(beside.pass(), placement.newCache(), beside::close);
    }

    /** Loss at each position of the first {@code tokens} of a text, BOS first where the model has one. */
    PositionLoss positions(String name, String text, int tokens, Progress progress) {
        int[] encoded = tokenizer.encode(text);
        int[] ids = tokenizer.bos().isPresent()
                ? IntStream.concat(IntStream.of(tokenizer.bos().getAsInt()), IntStream.of(encoded))
                        .toArray()
                : encoded;
        int count = Math.min(tokens, placement.contextLength());
        if (count < 2 || count > ids.length) {
            throw new LoupeException(
                    "The text has %,d tokens and the context %,d, so %,d cannot be read; ask for 2 to %,d."
                            .formatted(
                                    ids.length,
                                    placement.contextLength(),
                                    tokens,
                                    Math.min(ids.length, placement.contextLength())));
        }
        String task = "%s, %s".formatted(name, placement.attentionWords());
        progress.update(task, 0, count);
        try (KvCache cache = placement.newCache()) {
            double[] nll = PositionMeter.measure(
                    new PerplexityMeter.Reader(placement.pass(), cache),
                    Arrays.copyOf(ids, count),
                    read -> progress.update(task, read, count));
            progress.update(task, count, count);
            var measured = new PositionLoss(model, placement.dtype(), placement.attentionWords(), name, nll);
            history.add(measured);
            return measured;
        }
    }

    /** What attention costs, flash and naive, at some contexts. */
    List<AttentionCost> attentionCosts(int[] contexts) {
        for (int context : contexts) {
            if (context < AttentionBench.TOKENS || context > MOST_CONTEXT) {
                throw new LoupeException("Attention is measured at contexts of %,d to %,d, not %,d; choose others."
                        .formatted(AttentionBench.TOKENS, MOST_CONTEXT, context));
            }
        }
        AttentionSpec own =
                placement.model().decoder().layers().getFirst().attention().spec();
        return new AttentionBench(placement.backend(), own.withMask(Mask.causal())).measure(contexts);
    }
}
