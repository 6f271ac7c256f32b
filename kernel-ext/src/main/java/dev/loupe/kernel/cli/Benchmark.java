package dev.loupe.kernel.cli;

import dev.loupe.GenerateOptions;
import dev.loupe.Llm;
import dev.loupe.Run;
import dev.loupe.engine.decode.TokenListener;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * One model's speed as llama-bench measures it: pp reads a prompt of random tokens, tg writes after BOS alone, or after
 * a context.
 *
 * <p>Invariant: every turn starts with an empty cache and with other tokens.
 *
 * @param prompt tokens to read, 0 for none
 * @param generate tokens to write, 0 for none
 */
record Benchmark(Llm llm, int prompt, int generate, Random random) {
    /** One turn, each test by itself. */
    Rates turn() {
        return new Rates(prompt > 0 ? read() : Double.NaN, generate > 0 ? write(ids(1)) : Double.NaN);
    }

    /** One turn, writing after what was read. */
    Rates turnInContext() {
        Run run = run(ids(prompt), generate + 1);
        return new Rates(run.promptTokensPerSecond(), generate > 0 ? rate(run) : Double.NaN);
    }

    private double read() {
        return run(ids(prompt), 1).promptTokensPerSecond();
    }

    private double write(int[] ids) {
        return rate(run(ids, generate + 1));
    }

    /** The first token comes from the prompt's logits, so one more is made and that one not timed. */
    private double rate(Run run) {
        return generate * 1e9 / LongStream.of(run.tokenNanos()).skip(1).sum();
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
                .build();
        return llm.generate(ids, options, TokenListener.NONE);
    }
}
