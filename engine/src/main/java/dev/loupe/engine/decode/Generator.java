package dev.loupe.engine.decode;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.tokenizer.Tokenizer;
import dev.loupe.engine.trace.Cancellation;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Reads a prompt into a session and generates token by token. A stop keeps what was made. */
public final class Generator {
    private final ForwardPass pass;
    private final Tokenizer tokenizer;
    private final Cancellation cancellation;

    public Generator(ForwardPass pass, Tokenizer tokenizer, Cancellation cancellation) {
        this.pass = pass;
        this.tokenizer = tokenizer;
        this.cancellation = cancellation;
    }

    /**
     * Generates after a prompt.
     *
     * @param session whatever it shares with the prompt's beginning is not read again
     * @param prompt at least one id
     */
    public Generation generate(
            Session session,
            int[] prompt,
            Sampling sampling,
            RandomGenerator random,
            Limits limits,
            TokenListener listener) {
        if (prompt.length == 0) {
            throw new LoupeException("The prompt is empty; give it at least one token.");
        }
        var logits = new float[pass.vocabularySize()];
        var output = new GeneratedTokens(tokenizer, limits.stop(), listener);
        int reused = session.keepPrefix(prompt);
        FinishReason finish;
        try {
            session.read(Arrays.copyOfRange(prompt, reused, prompt.length), pass, logits);
            output.promptRead();
            var sampler = new Sampler(sampling);
            sampler.see(prompt);
            finish = decode(session, sampler, random, limits, logits, output);
        } catch (CancelledException e) {
            finish = FinishReason.CANCELLED;
        }
        return output.end(reused, finish);
    }

    private FinishReason decode(
            Session session,
            Sampler sampler,
            RandomGenerator random,
            Limits limits,
            float[] logits,
            GeneratedTokens output) {
        while (true) {
            cancellation.check("what was written stays.");
            int id = sampler.distribution(logits).draw(random);
            sampler.see(id);
            if (limits.eos().contains(id)) {
                return FinishReason.END_OF_SEQUENCE;
            }
            output.add(id);
            if (output.stopped()) {
                return FinishReason.STOP_STRING;
            }
            if (output.count() == limits.maxTokens()) {
                return FinishReason.MAX_TOKENS;
            }
            if (session.isFull()) {
                return FinishReason.CONTEXT_FULL;
            }
            session.read(new int[] {id}, pass, logits);
        }
    }
}
