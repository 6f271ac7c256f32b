package dev.loupe.engine.ops;

import java.util.BitSet;

/**
 * The slots that a call of attention may read, for each head of keys and values: what sparse attention chose. What the
 * mask hides stays hidden.
 *
 * @param slots one set a head
 */
public record Selection(BitSet[] slots) {
    /** Whether a head may read a slot. */
    public boolean has(int kvHead, int slot) {
        return slots[kvHead].get(slot);
    }
}
