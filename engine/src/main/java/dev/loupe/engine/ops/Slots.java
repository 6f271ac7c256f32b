package dev.loupe.engine.ops;

/**
 * Which position of the sequence each slot of a layer's cache holds.
 *
 * <p>The first slots hold what a compressing cache kept, another choice for each head of keys and values; those after
 * them hold consecutive positions. Invariant: within a head, positions rise with the slots.
 *
 * @param kept (kvHeads, n) positions in slots 0 to n - 1; no rows if nothing was compressed
 * @param next slot n + i holds position next + i, for all heads
 */
public record Slots(int[][] kept, int next) {
    private static final Slots BY_POSITION = new Slots(new int[0][], 0);

    /** Slot p holds position p. */
    public static Slots byPosition() {
        return BY_POSITION;
    }

    /** Whether slot p holds position p. */
    public boolean areByPosition() {
        return kept.length == 0 && next == 0;
    }

    /** Slots whose positions were chosen. */
    public int keptCount() {
        return kept.length == 0 ? 0 : kept[0].length;
    }

    /** The slot of a position from {@link #next} on. */
    public int of(int position) {
        return position - next + keptCount();
    }

    /** The position in a slot. */
    public int position(int kvHead, int slot) {
        return slot < keptCount() ? kept[kvHead][slot] : slot - keptCount() + next;
    }
}
