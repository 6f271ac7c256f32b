package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.backend.vector.VectorBackend;
import dev.loupe.engine.decode.DraftOptions;
import dev.loupe.engine.decode.Drafter;
import dev.loupe.engine.decode.Generator;
import dev.loupe.engine.decode.Limits;
import dev.loupe.engine.decode.Pace;
import dev.loupe.engine.decode.PromptLookup;
import dev.loupe.engine.decode.Sampling;
import dev.loupe.engine.decode.TokenListener;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.tokenizer.Tokenizers;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tokens drawn by a device's candidates are those that the CPU draws, and logits are read only where all are needed.
 */
abstract class SamplingContract {
    private static final String MODEL = "qwen2";
    private static final int TOKENS = 24;
    private static final int[] PROMPT = {1, 17, 23, 17, 5, 17, 23};

    /** Opens the device; aborts the test with the reason where it is not there. */
    abstract Backend open();

    @ParameterizedTest
    @CsvSource({
        "0,    0,   1,    0,    1,   few",
        "0,    0,   1,    0,    1.3, few",
        "0.8,  40,  0.95, 0,    1,   few",
        "1.5,  300, 1,    0.02, 1.2, few",
        "0.05, 0,   0.9,  0,    1,   few",
        "0.05, 0,   0.9,  0,    1.5, few",
        "0.1,  0,   1,    0.1,  1,   few",
        "100,  0,   0.99, 0,    1,   all",
        "100,  0,   1,    0.5,  1.1, all",
        "0.1,  0,   1,    0,    1.1, all"
    })
    void theSameSeedDrawsTheSameTokens(
            double temperature, int topK, double topP, double minP, double penalty, String read) {
        var sampling = new Sampling(temperature, topK, topP, minP, penalty);
        var there = new CountedReads(open());
        var cpu = new VectorBackend(1, new MemoryLedger(), new Cancellation());
        try (var onDevice = new TinyModel(Reference.path(MODEL), new Fp32(), there, 64);
                var onCpu = new TinyModel(Reference.path(MODEL), new Fp32(), cpu, 64)) {
            for (Drafter drafter : List.of(Drafter.none(), new PromptLookup())) {
                int[] expected = generate(onCpu, sampling, drafter);
                there.readsOf(0);
                assertArrayEquals(expected, generate(onDevice, sampling, drafter));
                long whole = there.readsOf(4L * onDevice.pass().vocabularySize());
                assertEquals(read.equals("few") ? 0 : TOKENS, whole, "times that all logits are read");
            }
        }
    }

    private static int[] generate(TinyModel model, Sampling sampling, Drafter drafter) {
        var generator = new Generator(
                model.pass(),
                Tokenizers.fromHuggingFace(Reference.path(MODEL)),
                new Cancellation(),
                drafter,
                Pace.constant(new DraftOptions(3, false, 0)));
        try (var session = model.session()) {
            return generator
                    .generate(
                            session,
                            PROMPT,
                            sampling,
                            new SplittableRandom(7),
                            new Limits(TOKENS, Set.of(), List.of()),
                            TokenListener.NONE)
                    .ids();
        }
    }
}
