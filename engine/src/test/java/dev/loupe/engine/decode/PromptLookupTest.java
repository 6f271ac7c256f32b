package dev.loupe.engine.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PromptLookupTest {
    private static PromptLookup.Match longest(int... ids) {
        return PromptLookup.longest(ids, ids.length);
    }

    @Test
    void theLongestMatchWinsAndOfEqualsTheLatest() {
        assertEquals(new PromptLookup.Match(3, 3), longest(1, 2, 3, 9, 2, 3, 8, 1, 2, 3));
        assertEquals(new PromptLookup.Match(1, 5), longest(3, 4, 3, 5, 3, 6, 7, 3));
        assertEquals(0, longest(1, 2, 3).length());
        assertEquals(0, longest(1).length());
    }

    @Test
    void aRepeatedTokenMatchesWithItself() {
        assertEquals(new PromptLookup.Match(2, 2), longest(7, 7, 7));
    }

    @Test
    void longMatchesAreSurer() {
        double before = 0;
        for (int length = 1; length < 17; length++) {
            double confidence = new PromptLookup.Match(length, 0).confidence();
            assertEquals(true, confidence > before && confidence < 1);
            before = confidence;
        }
    }
}
