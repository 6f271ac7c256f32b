package dev.loupe.engine.cache;

import dev.loupe.engine.ops.Mask;

/**
 * What a session's cache is made of: a way to store and a way to keep, composed for every layer.
 *
 * <p>Invariant: a layer with a window keeps that window, whatever is asked of the others.
 *
 * @param format of keys and values
 * @param retention of the layers that see everything
 */
public record CachePlan(CacheFormat format, Retention retention) {
    /** Everything, in fp32. */
    public static CachePlan exact() {
        return new CachePlan(CacheFormat.exact(), new Retention.Everything());
    }

    /** The same with other dtypes. */
    public CachePlan with(CacheFormat format) {
        return new CachePlan(format, retention);
    }

    /** The same with another choice of what to keep. */
    public CachePlan with(Retention retention) {
        return new CachePlan(format, retention);
    }

    /** Whether what is kept depends on what was looked at. */
    public boolean compresses() {
        return retention instanceof Retention.SnapKv || retention instanceof Retention.HeavyHitters;
    }

    Retention retention(Mask mask) {
        return mask.isCausal() ? retention : new Retention.Window(mask);
    }

    @Override
    public String toString() {
        return format + (retention instanceof Retention.Everything ? "" : " " + retention);
    }
}
