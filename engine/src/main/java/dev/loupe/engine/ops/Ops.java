package dev.loupe.engine.ops;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Tensor;

/**
 * The verbs that a decoder is made of, batch first: activations are fp32 tensors of shape (tokens, features) in the
 * backend's memory.
 *
 * <p>Invariant: what is computed for one token does not depend on the other tokens of the call, bit for bit. So a
 * prompt read in chunks, whole, or token by token gives the same logits, and so do a single sequence and a batch.
 *
 * <p>Shapes are checked at the call; a wrong one is a programming error (IllegalArgumentException).
 */
public interface Ops {
    /**
     * Runs the verbs of one pass over tokens. Where launching verbs costs much, a backend records those of a form and
     * replays the record with other ids and another position, instead of calling {@code verbs} again.
     *
     * @param form equal for passes whose verbs differ in nothing but the ids and the position
     * @param ids what the verbs embed
     * @param firstPosition of the first id, as the verbs are told it
     * @param verbs calls them
     */
    default void pass(Object form, int[] ids, int firstPosition, Runnable verbs) {
        verbs.run();
    }

    /** Rows of the table: out (tokens, columns). */
    void embed(Weight table, int[] ids, Tensor out);

    /**
     * Products with several matrices that share one input: x (tokens, in), w[i] (out_i, in), out[i] (tokens, out_i) = x
     * w[i]^T.
     */
    void matmul(Tensor x, Weight[] w, Tensor[] out);

    /** x + bias for every token, in place: x (tokens, n), bias (n). */
    void addBias(Tensor x, Tensor bias);

    /** x / sqrt(mean(x^2) + eps) * weight for every token (arXiv:1910.07467): x, out (tokens, n), weight (n). */
    void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out);

    /** Turns every head of x (tokens, heads * headDim) to its position, in place; token i is at firstPosition + i. */
    void rope(Tensor x, int heads, int headDim, RopeTable table, int firstPosition);

    /**
     * Copies keys and values (tokens, kvHeads * headDim) to the slots of positions firstPosition..., in the pages'
     * dtypes.
     */
    void store(Tensor keys, Tensor values, KvView cache, AttentionSpec spec, int firstPosition);

    /**
     * Softmax attention of queries q (tokens, heads * headDim) at firstPosition... over the cached keys and values that
     * the mask shows each of them; out as q. Memory does not grow with the number of keys.
     */
    void attention(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor out);

    /**
     * The softmax weights of {@link #attention}, written out: weights (tokens * heads, slots), 0 where a query does not
     * see a slot; {@code slots} ends with that of the last query's position.
     */
    void attentionWeights(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor weights);

    /** Values weighted by {@link #attentionWeights}: weights (tokens * heads, slots), out (tokens, heads * headDim). */
    void weightedValues(Tensor weights, KvView cache, AttentionSpec spec, Tensor out);

    /** Whether there are kernels for pages of these dtypes. */
    default boolean readsPages(DType keys, DType values) {
        return true;
    }

    /**
     * Copies slots of one cache to slots 0... of another with pages of the same kind, whatever the positions.
     *
     * @param slots (kvHeads, n) of {@code from}
     */
    void moveSlots(KvView from, int[][] slots, KvView to, AttentionSpec spec);

    /**
     * The smallest and the largest value of every dimension of the keys in blocks of slots.
     *
     * @param block slots in a block; blocks {@code from} to {@code to}
     * @return (to - from, kvHeads, 2, headDim)
     */
    float[] keyBounds(KvView cache, AttentionSpec spec, int block, int from, int to);

    /** activation(gate) * up, element by element (arXiv:2002.05202); out may be gate or up. */
    void gatedUnit(Activation activation, Tensor gate, Tensor up, Tensor out);

    /** x + y, in x. */
    void add(Tensor x, Tensor y);

    /** x * factor, in place. */
    void scale(Tensor x, float factor);

    /** cap * tanh(x / cap), in place. */
    void softcap(Tensor x, float cap);

    /**
     * The {@link Top} of every row: x (tokens, n), out (tokens, {@link TopSpec#columns()}), the highest values, then
     * their places as numbers, exact below 2^24, then the mass.
     */
    void top(Tensor x, TopSpec spec, Tensor out);

    /** Divides positive values at {@code ids} and multiplies the others, in place: x (1, n), each id named once. */
    void penalise(Tensor x, int[] ids, float penalty);

    /** The {@code top} experts of every token by scores (tokens, experts), with their shares. */
    Routing route(Tensor scores, int top);

    /** Rows of x: out[i] = x[rows[i]]; x (tokens, n), out (rows.length, n). */
    void gather(Tensor x, int[] rows, Tensor out);

    /** sum[rows[i]] += factors[i] * x[i]; x (rows.length, n), sum (tokens, n), a row named once at most. */
    void addRows(Tensor x, int[] rows, float[] factors, Tensor sum);

    /** 0, everywhere. */
    void clear(Tensor x);
}
