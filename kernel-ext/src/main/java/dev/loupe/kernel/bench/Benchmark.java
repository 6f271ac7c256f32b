package dev.loupe.kernel.bench;

import dev.loupe.GenerateOptions;
import dev.loupe.Llm;
import dev.loupe.Run;
import dev.loupe.engine.decode.TokenListener;
import java.util.Random;

/**
 * Our speed as llama-bench measures its own: reading a prompt of random tokens, and writing.
 *
 * <p>Invariant: every turn starts with an empty cache and with other tokens.
 */
record Benchmark(Llm llm, Random random) {
    Rates turn(Workload work) {
        if (work.inContext()) {
            Run run = run(ids(work.prompt()), work.generate() + 1);
            return new Rates(run.promptTokensPerSecond(), run.generationTokensPerSecond());
        }
        return new Rates(
                work.prompt() > 0 ? run(ids(work.prompt()), 1).promptTokensPerSecond() : Double.NaN,
                work.generate() > 0 ? write(ids(1), work.generate()) : Double.NaN);
    }

    /** The first token comes from the prompt's logits, so one more is made and that one not timed. */
    private double write(int[] ids, int count) {
        return run(ids, count + 1).generationTokensPerSecond();
    }

    private int[] ids(int count) {
        int[] ids = random.ints(count, 0, llm.tokenizer().vocabularySize()).toArray();
        llm.tokenizer().bos().ifPresent(bos -> ids[0] = bos);
        return ids;
    }

    private Run run(int[] ids, int maxTokens) {
        var options = GenerateOptions.builder()
                .maxTokens(maxTokens)
                .raw(true)
                .ignoreEos(true)
                .fresh(true)
                .build();
        return llm.generate(ids, options, TokenListener.NONE);
    }
}
