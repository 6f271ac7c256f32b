package dev.loupe.engine.eval;

/**
 * What the attention of one layer costs at the end of a context.
 *
 * @param attention "flash" or "naive attention"
 * @param context keys that the last query sees
 * @param tokens queries
 * @param millis the shortest of some times
 * @param scratchBytes work space beside queries, cache and result
 */
public record AttentionCost(String attention, int context, int tokens, double millis, long scratchBytes) {}
