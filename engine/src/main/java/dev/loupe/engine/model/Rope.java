package dev.loupe.engine.model;

import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.RopeTable;
import dev.loupe.engine.tensor.Tensor;

/**
 * How queries and keys are turned to their positions (arXiv:2104.09864).
 *
 * <p>Invariant: keys turned for one length of the sequence serve another exactly if {@link #same} says so.
 */
public sealed interface Rope {
    /** Turns x (tokens, heads * headDim), in place, in a sequence of {@code length} tokens. */
    void apply(Ops ops, Tensor x, int heads, int headDim, int position, int length);

    /** Whether sequences of these lengths are turned alike. */
    boolean same(int length, int other);

    /** Positions are told otherwise, or not at all. */
    static Rope none() {
        return new None();
    }

    /** One table, whatever the length. */
    record Fixed(RopeTable table) implements Rope {
        @Override
        public void apply(Ops ops, Tensor x, int heads, int headDim, int position, int length) {
            ops.rope(x, heads, headDim, table, position);
        }

        @Override
        public boolean same(int length, int other) {
            return true;
        }
    }

    /**
     * LongRoPE (arXiv:2402.13753): one table for sequences up to a length and one for those beyond.
     *
     * @param border the longest sequence for {@code upTo}
     */
    record ByLength(RopeTable upTo, RopeTable beyond, int border) implements Rope {
        @Override
        public void apply(Ops ops, Tensor x, int heads, int headDim, int position, int length) {
            ops.rope(x, heads, headDim, length > border ? beyond : upTo, position);
        }

        @Override
        public boolean same(int length, int other) {
            return length > border == other > border;
        }
    }

    /** Leaves everything as it is. */
    record None() implements Rope {
        @Override
        public void apply(Ops ops, Tensor x, int heads, int headDim, int position, int length) {}

        @Override
        public boolean same(int length, int other) {
            return true;
        }
    }
}
