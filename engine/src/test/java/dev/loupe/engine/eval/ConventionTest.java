package dev.loupe.engine.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ConventionTest {
    private static final int[] TEXT = IntStream.range(100, 130).toArray();
    private static final OptionalInt BOS = OptionalInt.of(7);

    @Test
    void ipexPutsBosFirstInEachChunkAndScoresItsSecondHalf() {
        List<Window> windows = Convention.IPEX.windows(TEXT, 8, 3, BOS, false);
        assertArrayEquals(
                new int[] {7, 109, 110, 111, 112, 113, 114, 115}, windows.get(1).ids());
        assertEquals(List.of(4, 4, 4), windows.stream().map(Window::scored).toList());
        assertEquals(3, Convention.IPEX.fill(TEXT.length, 8));
        int[] without = Convention.IPEX
                .windows(TEXT, 8, 1, OptionalInt.empty(), true)
                .getFirst()
                .ids();
        assertEquals(100, without[0]);
    }

    @Test
    void llamaCppPutsBosOnlyWhereTheVocabularyAddsIt() {
        List<Window> plain = Convention.LLAMA_CPP.windows(TEXT, 8, 2, BOS, false);
        assertArrayEquals(
                new int[] {108, 109, 110, 111, 112, 113, 114, 115}, plain.get(1).ids());
        assertEquals(5, plain.get(1).from(), "of 512 tokens, 257 to 511");
        List<Window> begun = Convention.LLAMA_CPP.windows(TEXT, 8, 2, BOS, true);
        assertArrayEquals(
                new int[] {7, 100, 101, 102, 103, 104, 105, 106}, begun.get(0).ids());
        assertArrayEquals(
                new int[] {7, 108, 109, 110, 111, 112, 113, 114}, begun.get(1).ids());
    }

    @Test
    void slidingScoresEveryTokenButTheFirstOnce() {
        int windows = Convention.SLIDING.fill(TEXT.length, 8);
        var scored = new ArrayList<Integer>();
        for (Window window : Convention.SLIDING.windows(TEXT, 8, windows, BOS, false)) {
            for (int i = window.from(); i < window.ids().length; i++) {
                scored.add(window.ids()[i]);
            }
        }
        assertEquals(IntStream.range(101, 128).boxed().toList(), scored);
    }

    @ParameterizedTest
    @EnumSource
    void namesAreFound(Convention convention) {
        assertEquals(convention, Convention.parse(convention.id()));
        assertEquals(0, convention.fill(7, 8));
        assertEquals(1, convention.fill(8, 8));
        var e = assertThrows(LoupeException.class, () -> Convention.parse(convention.id() + "x"));
        assertTrue(e.getMessage().contains(convention.id()), e.getMessage());
    }

    @Test
    void aPositionAgainstFormulas() {
        float[] logits = {1, 3, 2};
        float[] reference = {1, 2, 4};
        double[] q = softmax(logits);
        double[] p = softmax(reference);
        double divergence = IntStream.range(0, 3)
                .mapToDouble(i -> p[i] * Math.log(p[i] / q[i]))
                .sum();
        Position position = Position.of(logits, reference, 2);
        assertEquals(-Math.log(q[2]), position.nll(), 1e-12);
        assertEquals(divergence, position.divergence(), 1e-12);
        assertTrue(!position.agrees()
                && Position.of(logits, new float[] {0, 5, 5}, 0).agrees());
        assertEquals(0, Position.of(logits, logits, 0).divergence());
        assertTrue(Double.isNaN(Position.of(logits, null, 0).divergence()));
        assertEquals(1000, Position.of(new float[] {0, 1000}, null, 0).nll(), 1e-9);
    }

    private static double[] softmax(float[] logits) {
        double sum = IntStream.range(0, logits.length)
                .mapToDouble(i -> Math.exp(logits[i]))
                .sum();
        return IntStream.range(0, logits.length)
                .mapToDouble(i -> Math.exp(logits[i]) / sum)
                .toArray();
    }
}
