package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.model.TracedPass;
import dev.loupe.engine.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Looks into a placed model while it reads a short text. Used by one thread at a time. */
final class Insight {
    /** Longer texts make pictures that nobody can read. */
    static final int MOST_TOKENS = 64;

    private final String model;
    private final Tokenizer tokenizer;
    private final Placement placement;

    Insight(String model, Tokenizer tokenizer, Placement placement) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.placement = placement;
    }

    /** The model's parts. */
    Anatomy anatomy() {
        return new Anatomy(
                placement.model().decoder(),
                placement.backend(),
                placement.newCache(),
                placement.backend().memory(placement.ledger()::scratch));
    }

    /** What the head would say after every layer. */
    Lens lens(int[] ids) {
        requireShort(ids);
        int layers = placement.model().decoder().layers().size();
        var rows = new ArrayList<List<Prediction>>();
        IntStream.rangeClosed(0, layers).forEach(layer -> rows.add(new ArrayList<>()));
        try (KvCache cache = placement.newCache();
                var pass = tracedPass(ids.length)) {
            pass.lens(
                    ids,
                    cache,
                    (layer, position, logits) ->
                            rows.get(layer).add(likeliest(logits, 1).getFirst()));
        }
        return new Lens(model, pieces(ids), rows);
    }

    /** Where the heads of a layer look. */
    AttentionMap attention(int[] ids, int layer) {
        requireShort(ids);
        int layers = placement.model().decoder().layers().size();
        if (layer < 0 || layer >= layers) {
            throw new LoupeException("layer cannot be %d; this model's go from 0 to %d.".formatted(layer, layers - 1));
        }
        try (KvCache cache = placement.newCache();
                var pass = tracedPass(ids.length)) {
            return new AttentionMap(model, layer, pieces(ids), pass.attention(ids, cache, layer));
        }
    }

    /**
     * What the model thought of each token before it came.
     *
     * @param top how many alternatives
     */
    Alternatives alternatives(int[] ids, int top) {
        if (ids.length == 0) {
            throw new LoupeException("There is no token to look at; give a text.");
        }
        placement.requireIds(ids);
        var positions = new ArrayList<Alternatives.Position>();
        positions.add(new Alternatives.Position(prediction(ids[0], Double.NaN), List.of()));
        var next = new ArrayList<Prediction>();
        try (KvCache cache = placement.newCache()) {
            placement.pass().run(ids, cache, 0, (index, logits) -> {
                List<Prediction> likeliest = likeliest(logits, top);
                if (index + 1 < ids.length) {
                    double probability = Math.exp(logits[ids[index + 1]] - logSum(logits));
                    positions.add(new Alternatives.Position(prediction(ids[index + 1], probability), likeliest));
                } else {
                    next.addAll(likeliest);
                }
            });
        }
        return new Alternatives(model, positions, next);
    }

    private TracedPass tracedPass(int tokens) {
        return new TracedPass(
                placement.model().decoder(),
                placement.backend(),
                placement.pass().attention().plan(),
                tokens);
    }

    private void requireShort(int[] ids) {
        placement.requireIds(ids);
        if (ids.length == 0 || ids.length > MOST_TOKENS) {
            throw new LoupeException("The text has %d tokens; give one of 1 to %d, so that the picture can be read."
                    .formatted(ids.length, MOST_TOKENS));
        }
    }

    private List<String> pieces(int[] ids) {
        return Arrays.stream(ids).mapToObj(this::piece).toList();
    }

    private String piece(int id) {
        return tokenizer.isSpecial(id) ? tokenizer.token(id) : tokenizer.decode(new int[] {id});
    }

    private Prediction prediction(int id, double probability) {
        return new Prediction(id, piece(id), probability);
    }

    /** The {@code top} likeliest tokens; of equal ones that with the lower id first. */
    private List<Prediction> likeliest(float[] logits, int top) {
        var best = new ArrayList<Integer>();
        for (int id = 0; id < logits.length; id++) {
            if (best.size() == top && logits[id] <= logits[best.getLast()]) {
                continue;
            }
            int place = best.size();
            while (place > 0 && logits[id] > logits[best.get(place - 1)]) {
                place--;
            }
            best.add(place, id);
            if (best.size() > top) {
                best.removeLast();
            }
        }
        double logSum = logSum(logits);
        return best.stream()
                .map(id -> prediction(id, Math.exp(logits[id] - logSum)))
                .toList();
    }

    private static double logSum(float[] logits) {
        double most = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            most = Math.max(most, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - most);
        }
        return most + Math.log(sum);
    }
}
