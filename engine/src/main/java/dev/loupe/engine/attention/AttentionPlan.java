package dev.loupe.engine.attention;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Mask;
import java.util.ArrayList;

/**
 * How a session computes attention, whatever the model: composed with each layer's own {@link AttentionSpec}.
 *
 * <p>Invariant: a layer with a window of its own keeps it.
 *
 * @param flash whether the softmax is computed on the way (arXiv:2205.14135), or all scores are written down first
 * @param window of the layers that have none; null for none
 * @param sparse what decoding reads of a layer that sees everything; null for all
 */
public record AttentionPlan(boolean flash, Mask window, Sparse sparse) {
    private static final AttentionPlan STANDARD = new AttentionPlan(true, null, null);

    /**
     * Decoding reads the blocks of keys that its query can score highest (Quest, arXiv:2406.10774).
     *
     * @param topk blocks for each head of keys and values
     * @param block positions in a block
     */
    public record Sparse(int topk, int block) {
        @Override
        public String toString() {
            return "sparse %d x %d".formatted(topk, block);
        }
    }

    /** Flash attention over everything that the model sees. */
    public static AttentionPlan standard() {
        return STANDARD;
    }

    /** The same with flash or naive attention. */
    public AttentionPlan withFlash(boolean flash) {
        return new AttentionPlan(flash, window, sparse);
    }

    /** The same with a window; null for none. */
    public AttentionPlan withWindow(Mask window) {
        return new AttentionPlan(flash, window, sparse);
    }

    /** The same with sparse decoding; null for none. */
    public AttentionPlan withSparse(Sparse sparse) {
        return new AttentionPlan(flash, window, sparse);
    }

    /** A layer's attention under this plan. */
    public AttentionSpec of(AttentionSpec own) {
        return window != null && own.mask().isCausal() ? own.withMask(window) : own;
    }

    /** As in "flash, window 256 + 4 sinks". */
    @Override
    public String toString() {
        var parts = new ArrayList<String>();
        parts.add(flash ? "flash" : "naive attention");
        if (window != null) {
            parts.add(
                    "window " + window.window() + (window.sinks() == 0 ? "" : " + %d sinks".formatted(window.sinks())));
        }
        if (sparse != null) {
            parts.add(sparse.toString());
        }
        return String.join(", ", parts);
    }
}
