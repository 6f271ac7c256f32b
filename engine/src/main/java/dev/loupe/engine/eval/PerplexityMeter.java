package dev.loupe.engine.eval;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.model.ForwardPass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Scores a model on a text by a {@link Convention}, alone or beside a reference that reads the same. No chat template,
 * logits in fp32.
 *
 * <p>Invariant: a chunk's score depends on its tokens only, so that chunks measured before a stop and after it are
 * those of one go.
 */
public final class PerplexityMeter {
    private static final int ROWS = 32;

    /** A model and an empty cache that holds a chunk. */
    public record Reader(ForwardPass pass, KvCache cache) {
        /** Tokens to read at a time: one, if decoding is done otherwise than a prompt is read. */
        int step(int most) {
            return cache.compresses() || pass.attention().plan().sparse() != null ? 1 : most;
        }
    }

    private final Reader model;
    private final Reader reference;
    private final float[][] logits;
    private final float[][] expected;

    /** @param reference what to compare with, or null */
    public PerplexityMeter(Reader model, Reader reference) {
        this.model = model;
        this.reference = reference;
        logits = new float[ROWS][model.pass().vocabularySize()];
        expected = reference == null ? null : new float[ROWS][model.pass().vocabularySize()];
    }

    /**
     * Scores of chunks; fewer than asked for if it was stopped.
     *
     * @param ids the text's, without BOS
     * @param chunks how many from the beginning
     * @param bos of the vocabulary
     * @param addsBos whether the model wants it before a text
     * @param before scores of the first chunks, from an earlier measurement that was stopped
     * @param finished told the scores of the chunks finished
     */
    public List<ChunkScore> scores(
            int[] ids,
            Convention convention,
            int chunk,
            int chunks,
            OptionalInt bos,
            boolean addsBos,
            List<ChunkScore> before,
            Consumer<List<ChunkScore>> finished) {
        int most = model.cache().capacity();
        if (chunk < 4 || chunk > most) {
            throw new LoupeException("A chunk of %,d tokens cannot be scored; choose 4 to %,d, the model's context."
                    .formatted(chunk, most));
        }
        int filled = convention.fill(ids.length, chunk);
        if (chunks < 1 || chunks > filled) {
            throw new LoupeException(
                    "The text has %,d tokens, which is %,d chunks of %,d, not %,d; ask for fewer chunks."
                            .formatted(ids.length, filled, chunk, chunks));
        }
        List<Window> windows = convention.windows(ids, chunk, chunks, bos, addsBos);
        var scores = new ArrayList<>(before);
        try {
            while (scores.size() < chunks) {
                finished.accept(scores);
                scores.add(score(windows.get(scores.size())));
            }
            finished.accept(scores);
        } catch (CancelledException e) {
            if (scores.isEmpty()) {
                throw e;
            }
        }
        return scores;
    }

    private ChunkScore score(Window window) {
        int[] read = Arrays.copyOf(window.ids(), window.ids().length - 1);
        int first = window.from() - 1;
        var tally = new Tally();
        begin(model, read, first);
        if (reference != null) {
            begin(reference, read, first);
        }
        int step = model.step(reference == null ? ROWS : reference.step(ROWS));
        for (int from = first; from < read.length; from += step) {
            int[] ids = Arrays.copyOfRange(read, from, Math.min(read.length, from + step));
            into(logits, model, ids);
            if (reference != null) {
                into(expected, reference, ids);
            }
            int[] targets = Arrays.copyOfRange(window.ids(), from + 1, from + 1 + ids.length);
            IntStream.range(0, ids.length)
                    .parallel()
                    .mapToObj(i -> Position.of(logits[i], expected == null ? null : expected[i], targets[i]))
                    .toList()
                    .forEach(tally::add);
        }
        return tally.mean();
    }

    /** Reads what comes before the first scored position. */
    private static void begin(Reader reader, int[] ids, int first) {
        reader.cache().trim(0);
        if (first > 0) {
            reader.pass().run(Arrays.copyOf(ids, first), reader.cache(), first, (index, values) -> {});
        }
    }

    private static void into(float[][] rows, Reader reader, int[] ids) {
        reader.pass()
                .run(
                        ids,
                        reader.cache(),
                        0,
                        (index, values) -> System.arraycopy(values, 0, rows[index], 0, values.length));
    }

    /** Adds positions up, in their order. */
    private static final class Tally {
        private int tokens;
        private double nll;
        private double divergence;
        private int agreements;
        private boolean compared;

        void add(Position position) {
            tokens++;
            nll += position.nll();
            divergence += position.divergence();
            agreements += position.agrees() ? 1 : 0;
            compared = !Double.isNaN(position.divergence());
        }

        ChunkScore mean() {
            return new ChunkScore(
                    tokens, nll / tokens, divergence / tokens, compared ? (double) agreements / tokens : Double.NaN);
        }
    }
}
