package dev.loupe.engine.ops;

/**
 * What to find in rows of values.
 *
 * @param count how many of the highest
 * @param temperature of the mass, 0 for none
 */
public record TopSpec(int count, float temperature) {
    /** Most values that every backend finds. */
    public static final int MOST = 1024;

    /** The highest alone. */
    public static final TopSpec FIRST = new TopSpec(1, 0);

    /** Numbers that {@link Ops#top} writes for a row: the values, their places, the mass. */
    public int columns() {
        return 2 * count + 1;
    }
}
