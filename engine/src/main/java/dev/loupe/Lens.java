package dev.loupe;

import java.util.List;

/**
 * What a model would say after each of its layers: its head applied to the residual stream before the last layer is
 * done (the logit lens; alignmentforum.org/posts/AcKRB8wDpdaN6v6ru).
 *
 * <p>Invariant: the last row is what the model says.
 *
 * @param tokens pieces of the text, a column each
 * @param layers after the embedding (row 0) and after each layer, the likeliest next token of each position
 */
public record Lens(String model, List<String> tokens, List<List<Prediction>> layers) {
    public Lens {
        tokens = List.copyOf(tokens);
        layers = layers.stream().map(List::copyOf).toList();
    }

    /** The first layer from which on the last position's answer stays the final one, from 0. */
    public int settled() {
        int last = tokens.size() - 1;
        int id = layers.getLast().get(last).id();
        int layer = layers.size() - 1;
        while (layer > 0 && layers.get(layer - 1).get(last).id() == id) {
            layer--;
        }
        return layer;
    }

    /** The answer and from where on it stands, in one line. */
    @Override
    public String toString() {
        return "after \"%s\" comes \"%s\", settled from layer %d of %d on"
                .formatted(String.join("", tokens), layers.getLast().getLast().piece(), settled(), layers.size() - 1);
    }
}
