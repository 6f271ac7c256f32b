package dev.loupe.viz;

import dev.loupe.GenerateOptions;
import dev.loupe.MemorySample;
import dev.loupe.Run;
import dev.loupe.engine.decode.Drafts;
import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.eval.ChunkScore;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.trace.MemoryUse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Records as the engine makes them, with invented numbers. */
final class Samples {
    static final String MODEL = "SmolLM2-135M-Instruct";
    static final List<String> DTYPES =
            List.of("fp16", "sym_int8", "sym_int4", "asym_int4", "fp32", "bf16", "asym_int4 + q6_k", "q4_k");

    private static final long MIB = 1 << 20;

    private Samples() {}

    /** A run of {@code tokens} tokens, each about {@code millis} after the one before. */
    static Run run(String model, String dtype, int tokens, double firstMillis, double millis) {
        var random = new Random(tokens + dtype.hashCode());
        long[] nanos = new long[tokens];
        for (int i = 0; i < tokens; i++) {
            double noise = 1 + 0.08 * random.nextGaussian() + (random.nextInt(40) == 0 ? 0.6 : 0);
            nanos[i] = (long) (1e6 * millis * Math.max(0.8, noise) * (1 + i / 400.0));
        }
        return new Run(
                model,
                dtype,
                "cpu",
                2,
                "flash, cache fp32",
                "Why is the sky blue?",
                new int[31],
                0,
                new int[tokens],
                "The sky",
                FinishReason.MAX_TOKENS,
                (long) (firstMillis * 1e6),
                nanos,
                memory(100, 4, 9),
                GenerateOptions.builder()
                        .maxTokens(Math.max(1, tokens))
                        .seed(42)
                        .build(),
                Drafts.off());
    }

    static List<Run> runs(int count) {
        var runs = new ArrayList<Run>();
        for (int i = 0; i < count; i++) {
            runs.add(run(MODEL, DTYPES.get(i % DTYPES.size()), 60 - 3 * i, 50 + 12 * i, 5.5 + 1.1 * i));
        }
        return runs;
    }

    static MemoryUse memory(double weights, double cache, double scratch) {
        return new MemoryUse(
                Map.of("fp16", (long) (weights * MIB)), (long) (cache * MIB), (long) (scratch * MIB), 94 * MIB);
    }

    static MemorySample sample(String dtype, double weights, double cache, double scratch) {
        return new MemorySample(dtype, "cpu", memory(weights, cache, scratch));
    }

    static List<MemorySample> memorySamples(int count) {
        var samples = new ArrayList<MemorySample>();
        double[] weights = {256.6, 136.3, 72.2, 80.2, 513.1, 256.6, 94.0, 73.0};
        for (int i = 0; i < count; i++) {
            samples.add(sample(DTYPES.get(i), weights[i], 11.3, 8.1 + i));
        }
        return samples;
    }

    static Perplexity perplexity(String dtype, String text, Double... chunkNll) {
        return new Perplexity(
                MODEL,
                dtype,
                dtype,
                "cpu",
                "flash, cache fp32",
                text,
                "ipex",
                512,
                Arrays.stream(chunkNll)
                        .map(nll -> new ChunkScore(256, nll, Double.NaN, Double.NaN))
                        .toList(),
                chunkNll.length,
                "",
                3.1,
                DTYPES.contains(dtype) ? (9 - DTYPES.indexOf(dtype)) * 30 * MIB : MIB,
                22 * MIB);
    }

    static List<Perplexity> perplexities(int count) {
        var all = new ArrayList<Perplexity>();
        for (int i = 0; i < count; i++) {
            double more = i * 0.02;
            all.add(perplexity(DTYPES.get(i), "primer", 3.1 + more, 3.3 + more, 3.05 + more, 3.4 + more * 1.3));
        }
        return all;
    }
}
