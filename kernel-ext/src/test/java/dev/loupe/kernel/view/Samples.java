package dev.loupe.kernel.view;

import dev.loupe.GenerateOptions;
import dev.loupe.Run;
import dev.loupe.Status;
import dev.loupe.engine.decode.Drafts;
import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.eval.ChunkScore;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.trace.MemoryUse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Records of a model that needs no file. */
public final class Samples {
    private static final MemoryUse MEMORY = new MemoryUse(Map.of("asym_int4", 94L << 20), 22 << 20, 12 << 20, 96 << 20);

    private Samples() {}

    public static Run run(String text) {
        return new Run(
                "tiny",
                "asym_int4",
                "cpu",
                2,
                "flash, cache fp32",
                "Hi",
                new int[31],
                0,
                new int[3],
                text,
                FinishReason.MAX_TOKENS,
                50_000_000,
                new long[] {1_000_000, 5_000_000, 5_000_000},
                MEMORY,
                GenerateOptions.defaults(),
                Drafts.off());
    }

    public static Status status(String dtype, String... notes) {
        return new Status(
                "tiny",
                "llama",
                134_515_008,
                "asym_int4",
                dtype,
                "cpu",
                "Vector API, 512 bits",
                2,
                "flash, cache fp32",
                8192,
                100,
                MEMORY,
                GenerateOptions.defaults(),
                "off",
                List.of(notes));
    }

    public static Perplexity perplexity(String dtype, int requested, Double... chunks) {
        var scores = Arrays.stream(chunks)
                .map(nll -> new ChunkScore(256, nll, Double.NaN, Double.NaN))
                .toList();
        return new Perplexity(
                "tiny",
                dtype,
                dtype,
                "cpu",
                "flash, cache fp32",
                "primer",
                "ipex",
                512,
                scores,
                requested,
                "",
                2.5,
                94L << 20,
                22 << 20);
    }
}
