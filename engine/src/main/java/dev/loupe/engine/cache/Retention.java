package dev.loupe.engine.cache;

import dev.loupe.engine.ops.Mask;

/** Which positions a layer's cache keeps; independent of how it stores them. */
public sealed interface Retention {
    /** All of them. */
    record Everything() implements Retention {
        @Override
        public String toString() {
            return "full";
        }
    }

    /** Those that a later query's mask still shows. */
    record Window(Mask mask) implements Retention {
        @Override
        public String toString() {
            return "window " + mask.window() + (mask.sinks() == 0 ? "" : " + %d sinks".formatted(mask.sinks()));
        }
    }

    /**
     * After a prompt, for each head the positions that its last queries looked at most (SnapKV, arXiv:2404.14469), and
     * all that come after it.
     *
     * @param budget positions kept of a prompt
     */
    record SnapKv(int budget) implements Retention {
        @Override
        public String toString() {
            return "snapkv " + budget;
        }
    }

    /**
     * Always, for each head the positions that have been looked at most and as many of the newest (H2O,
     * arXiv:2306.14048).
     *
     * @param budget positions kept
     */
    record HeavyHitters(int budget) implements Retention {
        @Override
        public String toString() {
            return "h2o " + budget;
        }
    }
}
