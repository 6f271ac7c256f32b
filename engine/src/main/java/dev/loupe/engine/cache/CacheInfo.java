package dev.loupe.engine.cache;

import java.util.BitSet;
import java.util.List;

/**
 * What a cache holds.
 *
 * @param length positions of the sequence
 * @param plan how it stores and what it keeps
 * @param bytes taken from the backend
 */
public record CacheInfo(int length, CachePlan plan, long bytes, List<Layer> layers) {
    public CacheInfo {
        layers = List.copyOf(layers);
    }

    /**
     * A layer.
     *
     * @param retention what it keeps
     * @param bytes of its pages
     * @param live the positions that some head still holds and the next query may see
     */
    public record Layer(String retention, long bytes, BitSet live) {}

    /** One line. */
    @Override
    public String toString() {
        return "%s, %d positions, %.1f MiB".formatted(plan, length, bytes / 1048576.0);
    }
}
