package dev.loupe.engine.decode;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.tokenizer.Tokenizer;
import dev.loupe.engine.trace.Cancellation;
import java.util.random.RandomGenerator;

/**
 * Reads a prompt into a session and generates: a drafter proposes tokens, and one pass of the model verifies them all
 * (arXiv:2211.17192). Plain decoding is an empty draft. A stop keeps what was made.
 *
 * <p>Invariant: whatever the drafter, the tokens have the model's own law; the most likely token stays the most likely.
 */
public final class Generator {
    private final ForwardPass pass;
    private final Tokenizer tokenizer;
    private final Cancellation cancellation;
    private final Drafter drafter;
    private final Pace pace;

    /** Plain decoding. */
    public Generator(ForwardPass pass, Tokenizer tokenizer, Cancellation cancellation) {
        this(pass, tokenizer, cancellation, Drafter.none(), Pace.constant(new DraftOptions(1, false, 0)));
    }

    /** @param pace of the drafter, which it learns from generation to generation */
    public Generator(ForwardPass pass, Tokenizer tokenizer, Cancellation cancellation, Drafter drafter, Pace pace) {
        this.pass = pass;
        this.tokenizer = tokenizer;
        this.cancellation = cancellation;
        this.drafter = drafter;
        this.pace = pace;
    }

    /**
     * Generates after a prompt.
     *
     * @param session what it {@linkplain Session#shares shares} with the prompt is not read again
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
        if (session.compresses() && !(drafter instanceof NoDrafter)) {
            throw new LoupeException(
                    "A cache that keeps what was looked at cannot take a draft back; use %cache full or %speculate off.");
        }
        if (pass.attention().plan().sparse() != null && !(drafter instanceof NoDrafter)) {
            throw new LoupeException(
                    "Sparse attention reads single tokens only, so it cannot verify a draft; use %sparse off or %speculate off.");
        }
        var output = new GeneratedTokens(tokenizer, limits, listener);
        int reused = session.keepPrefix(prompt, pass);
        var decoding = new Decoding(session, pass, new Sampler(sampling), random, output);
        FinishReason finish;
        try {
            decoding.read(prompt, reused);
            drafter.begin(prompt);
            output.promptRead();
            finish = decoding.first();
            while (finish == null) {
                cancellation.check("what was written stays.");
                finish = session.length() >= session.capacity()
                        ? FinishReason.CONTEXT_FULL
                        : decoding.round(drafter, pace);
            }
        } catch (CancelledException e) {
            finish = FinishReason.CANCELLED;
        }
        return output.end(reused, finish, decoding.rounds());
    }
}
