package dev.loupe.engine.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws are those of a vocabulary that is sorted as a whole, though most often only some of it is. */
class SamplerTest {
    @ParameterizedTest
    @CsvSource({
        "0.8, 40, 0.95, 0",
        "0.8, 40, 1, 0.05",
        "1, 1000, 1, 0",
        "1.3, 0, 0.95, 0",
        "0.7, 0, 0.9, 0.02",
        "1, 0, 1, 0.01",
        "100, 0, 0.99, 0",
        "1, 0, 0, 0",
        "0.5, 5, 0.1, 1"
    })
    void aLawOfSomeIsThatOfAll(double temperature, int topK, double topP, double minP) {
        var sampling = new Sampling(temperature, topK, topP, minP, 1);
        for (int vocabulary : new int[] {1, 2, 41, 80, 300, 5000}) {
            check(sampling, random(vocabulary));
            check(sampling, rising(vocabulary));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 300, 5000})
    void aLawWithoutACutIsTheSoftmaxOfAllBeginningWithTheLikeliest(int vocabulary) {
        float[] logits = random(vocabulary);
        logits[vocabulary / 2] = vocabulary > 1 ? Float.NEGATIVE_INFINITY : 1;
        double all = 0;
        for (float logit : logits) {
            all += Math.exp(logit / 0.8);
        }
        Distribution law = new Sampler(new Sampling(0.8, 0, 1, 0, 1)).distribution(logits.clone());
        assertEquals(Sampler.argmax(logits), law.ids()[0]);
        assertArrayEquals(
                IntStream.range(0, vocabulary).toArray(),
                Arrays.stream(law.ids()).sorted().toArray());
        for (int id = 0; id < vocabulary; id++) {
            assertEquals(Math.exp(logits[id] / 0.8) / all, law.probability(id), 1e-6);
        }
    }

    private static float[] random(int vocabulary) {
        var random = new Random(vocabulary);
        var logits = new float[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            logits[i] = i % 7 == 6 ? logits[i / 2] : 3 * (float) random.nextGaussian(); // equals stay in order of id
        }
        return logits;
    }

    private static float[] rising(int vocabulary) {
        var logits = new float[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            logits[i] = 0.001f * i;
        }
        return logits;
    }

    private static void check(Sampling s, float[] logits) {
        float max = logits[Sampler.argmax(logits)];
        double[] p = IntStream.range(0, logits.length)
                .mapToDouble(i -> Math.exp((logits[i] - max) / s.temperature()))
                .toArray();
        double all = Arrays.stream(p).sum();
        int[] ids = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -logits[i]))
                .mapToInt(i -> i)
                .limit(s.topK() > 0 ? s.topK() : p.length)
                .toArray();
        double mass = Arrays.stream(ids).mapToDouble(i -> p[i]).sum();
        int kept = 0;
        double sum = 0;
        while (kept < ids.length && (kept == 0 || s.topP() == 1 || sum < s.topP() * mass * (1 - 1e-12))) {
            sum += p[ids[kept++]];
        }
        while (kept > 1 && p[ids[kept - 1]] < s.minP() * p[ids[0]]) {
            kept--;
        }
        int[] expected = Arrays.copyOf(ids, kept);
        Distribution law = new Sampler(s).distribution(logits);
        assertArrayEquals(expected, law.ids(), () -> s + " of " + logits.length);
        double of = Arrays.stream(expected).mapToDouble(i -> p[i]).sum();
        for (int id : expected) {
            assertEquals(p[id] / of, law.probability(id), 1e-12);
        }
    }
}
