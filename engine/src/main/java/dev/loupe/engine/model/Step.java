package dev.loupe.engine.model;

import dev.loupe.engine.attention.PlannedAttention;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.ops.Ops;

/**
 * What all layers share while some tokens pass through them.
 *
 * @param attention how it is computed
 * @param cache of the sequence
 * @param position of the first of these tokens
 * @param length of the whole sequence, the tokens of this call that are yet to come included
 */
record Step(Ops ops, Workspace work, PlannedAttention attention, KvCache cache, int position, int length) {}
