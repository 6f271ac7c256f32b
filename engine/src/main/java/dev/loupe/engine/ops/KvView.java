package dev.loupe.engine.ops;

import dev.loupe.engine.tensor.Tensor;
import java.util.List;

/**
 * Keys and values of one layer, in pages of {@code pageTokens} positions.
 *
 * <p>Position p is in page p / pageTokens, at p % pageTokens. Keys lie position by position within a dimension, so that
 * the scores of neighbouring keys are computed side by side; values lie dimension by dimension within a position.
 *
 * @param keys pages of shape (kvHeads, headDim, pageTokens), fp32
 * @param values pages of shape (kvHeads, pageTokens, headDim), fp32
 * @param pageTokens positions in a page
 */
public record KvView(List<Tensor> keys, List<Tensor> values, int pageTokens) {}
