package dev.loupe.engine.decode;

import java.util.random.RandomGenerator;

/**
 * What proposes the next tokens in speculative decoding (arXiv:2211.17192, arXiv:2302.01318).
 *
 * <p>Invariant: after {@link #propose} the session is as it was before, also if it failed or was stopped.
 */
public sealed interface Drafter extends AutoCloseable permits NoDrafter, PromptLookup, SelfDrafter, ModelDrafter {
    /** One that never proposes anything. */
    static Drafter none() {
        return new NoDrafter();
    }

    /** Reads the prompt, where the drafter has a memory of its own. */
    void begin(int[] prompt);

    /**
     * Proposes tokens.
     *
     * @param session the sequence so far but for its last token
     * @param last its last token, known but not read yet
     * @param pace asked before each token whether to go on
     * @param sampler the law of the next token; what it has seen is left as it is
     */
    Draft propose(Session session, int last, Pace pace, Sampler sampler, RandomGenerator random);

    @Override
    void close();
}
