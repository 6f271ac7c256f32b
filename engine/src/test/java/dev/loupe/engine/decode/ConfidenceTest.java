package dev.loupe.engine.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The confidence of a drafter against the softmax that it stands for. */
class ConfidenceTest {
    @Test
    void itIsTheSoftmaxOfTheHighestLogitToAHundredth() {
        var random = new Random(7);
        for (int trial = 0; trial < 200; trial++) {
            var logits = new float[1 + random.nextInt(50_000)];
            double spread = 0.01 + random.nextInt(1000) / 50.0;
            for (int i = 0; i < logits.length; i++) {
                logits[i] = (float) (spread * random.nextGaussian() - 5);
            }
            float max = logits[Sampler.argmax(logits)];
            double sum = 0;
            for (float logit : logits) {
                sum += Math.exp(logit - max);
            }
            assertEquals(1 / sum, Confidence.of(logits, max), 0.01);
        }
    }

    @Test
    void whateverTheLogitsAreItIsAProbability() {
        float infinity = Float.POSITIVE_INFINITY;
        for (float[] logits : new float[][] {
            {0}, {-infinity, 3, -infinity}, {infinity, 0}, {Float.NaN, 1}, {-infinity, -infinity}, {1e38f, -1e38f}
        }) {
            double confidence = Confidence.of(logits, logits[Sampler.argmax(logits)]);
            assertTrue(confidence > 0 && confidence <= 1, Arrays.toString(logits) + " " + confidence);
        }
        assertEquals(1, Confidence.of(new float[] {2, -100}, 2));
    }
}
