package dev.loupe.engine.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.model.RandomModel;
import dev.loupe.engine.ops.Top;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A head's own rows give its logits again, and only the likeliest are asked for. */
class ExactHeadTest {
    private static final RandomModel.Sizes SIZES = new RandomModel.Sizes("small", 2, 64, 128, 2, 1, 500);

    @Test
    void theHighestComeFirstAndEqualsInTheirOrder() {
        var random = new Random(3);
        for (int trial = 0; trial < 300; trial++) {
            var values = new float[16 + random.nextInt(400)];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(50) - 25;
            }
            int[] expected = IntStream.range(0, values.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -values[i]))
                    .limit(16)
                    .mapToInt(i -> i)
                    .toArray();
            assertArrayEquals(expected, Top.highest(values, 16));
        }
        assertArrayEquals(new int[] {1, 0}, Top.highest(new float[] {Float.NaN, 2, Float.NaN}, 2));
    }

    @Test
    void theLikeliestGetTheLogitsOfTheHeadAndTheOthersStay() {
        var ledger = new MemoryLedger();
        try (var backend = Devices.open(Devices.find("cpu"), 1, ledger, new Cancellation());
                var model = new RandomModel(SIZES, DTypes.FP16, backend, ledger);
                var pass = new ForwardPass(model.decoder(), backend, 16, bytes -> {});
                var cache = pass.newCache(CachePlan.exact(), 16, bytes -> {})) {
            for (float cap : new float[] {0, 0.5f}) {
                var logits = new float[SIZES.vocabulary()];
                cache.trim(0);
                pass.last(new int[] {3, 1, 4}, cache, logits);
                float[] wrong = logits.clone();
                int[] likeliest = Top.highest(logits, ExactHead.LIKELIEST);
                for (int id : likeliest) {
                    wrong[id] += 1000 - id; // still the highest
                }
                new ExactHead(model.decoder().head(), cap).correct(pass, wrong);
                for (int id = 0; id < logits.length; id++) {
                    int each = id;
                    boolean corrected = IntStream.of(likeliest).anyMatch(i -> i == each);
                    double own = corrected && cap != 0 ? cap * Math.tanh(logits[id] / cap) : logits[id];
                    assertEquals(own, wrong[id], corrected ? 1e-4 : 0, "id " + id);
                }
            }
        }
    }
}
