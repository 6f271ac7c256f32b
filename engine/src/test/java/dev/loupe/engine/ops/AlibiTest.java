package dev.loupe.engine.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class AlibiTest {
    /** Trap 20. */
    @Test
    void slopesOfHeadCountsThatAreNoPowerOfTwo() {
        float[] four = {0.25f, 0.0625f, 0.015625f, 0.00390625f};
        float[] twoMore = {0.5f, 0.125f};
        for (int h = 0; h < 6; h++) {
            assertEquals(h < 4 ? four[h] : twoMore[h - 4], Alibi.of(6).slope(h));
        }
        assertEquals(0.00390625f, Alibi.of(40).slope(31));
        assertEquals((float) Math.pow(2, -0.125 * 15), Alibi.of(40).slope(39));
    }
}
