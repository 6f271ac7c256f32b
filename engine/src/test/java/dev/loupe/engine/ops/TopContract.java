package dev.loupe.engine.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.loupe.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the law of a token is made from: the highest logits and the mass of all, as {@link ReferenceOps} has them. */
public abstract class TopContract extends BesideReference {
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "2, 2",
        "5, 3",
        "300, 1",
        "300, 300",
        "1024, 1024",
        "1025, 1024",
        "8191, 40",
        "8192, 256",
        "8193, 256",
        "16390, 1024",
        "32000, 1",
        "49152, 40",
        "262144, 1",
        "262144, 40",
        "262144, 256",
        "262144, 1024"
    })
    void rowsOfEveryLength(int columns, int count) {
        check(Side.random(columns, columns), columns, count, 0.8f);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 256, 1000})
    void rowsAreSearchedForThemselves(int count) {
        int columns = 9001;
        float[] values = Side.random(1, 5 * columns);
        Arrays.fill(values, columns, 2 * columns, Float.NEGATIVE_INFINITY);
        Arrays.fill(values, 2 * columns, 3 * columns, -1.5f);
        Arrays.fill(values, 3 * columns, 4 * columns, Float.NaN);
        check(values, columns, count, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100, 512, 1024})
    void equalsComeInTheOrderOfTheirPlaces(int count) {
        var random = new Random(count);
        var values = new float[20_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(30) - 15;
        }
        values[17] = -0f; // equals 0
        check(values, values.length, count, 5);
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 3 == 0 ? -0f : 0f;
        }
        check(values, values.length, count, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void numbersOfEveryKind(int count) {
        float[] values = {
            Float.NaN, -INFINITY, -Float.MAX_VALUE, -1, -Float.MIN_VALUE, -0f, 0, Float.MIN_VALUE, 1e-20f, 3, 3, 1e30f
        };
        check(values, values.length, count, 0.5f);
        values[4] = INFINITY;
        values[11] = INFINITY;
        check(values, values.length, count, 0.5f);
    }

    @Test
    void noTemperatureAsksForNoMass() {
        float[] values = Side.random(3, 700);
        assertEquals(0, tops(tested(), values, 700, new TopSpec(5, 0))[0].mass());
        Tensor x = tested().tensor(values, 700);
        assertThrows(IllegalArgumentException.class, () -> top(x, new TopSpec(701, 0)));
        assertThrows(IllegalArgumentException.class, () -> top(x, new TopSpec(0, 0)));
        assertThrows(
                IllegalArgumentException.class, () -> tested().ops().top(x, new TopSpec(3, 0), tested().zeros(1, 6)));
    }

    private void top(Tensor x, TopSpec spec) {
        tested().ops().top(x, spec, tested().zeros(1, Math.max(1, spec.columns())));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 4000})
    void logitsOfTokensSeenAreLowered(int count) {
        float[] values = Side.random(4, 3 * 5000);
        values[5000] = -0f;
        int[] ids = new Random(5).ints(0, 5000).distinct().limit(count).toArray();
        float[][] results = new float[2][];
        for (Side side : new Side[] {reference(), tested()}) {
            Tensor x = side.tensor(values, 5000);
            side.ops().penalise(x.rows(1, 2), ids, 1.3f);
            results[side == tested() ? 1 : 0] = side.floats(x);
        }
        assertArrayEquals(results[0], results[1], 1e-6f);
        Tensor x = tested().tensor(values, 5000);
        assertThrows(IllegalArgumentException.class, () -> tested().ops().penalise(x, ids, 2));
        assertThrows(IllegalArgumentException.class, () -> tested().ops().penalise(x.rows(0, 1), new int[] {5000}, 2));
    }

    private void check(float[] values, int columns, int count, float temperature) {
        for (float t : new float[] {0, temperature}) {
            var spec = new TopSpec(count, t);
            Top[] expected = tops(reference(), values, columns, spec);
            Top[] actual = tops(tested(), values, columns, spec);
            for (int row = 0; row < expected.length; row++) {
                String what = "row %d of %d, %d at %s".formatted(row, columns, count, t);
                assertArrayEquals(expected[row].ids(), actual[row].ids(), what);
                assertArrayEquals(expected[row].values(), actual[row].values(), what);
                assertEquals(expected[row].mass(), actual[row].mass(), 1e-5 * expected[row].mass(), what);
            }
        }
    }

    private static Top[] tops(Side side, float[] values, int columns, TopSpec spec) {
        Tensor out = side.zeros(values.length / columns, spec.columns());
        side.ops().top(side.tensor(values, columns), spec, out);
        return Top.read(side.floats(out), spec);
    }
}
