package dev.loupe.kernel.bench;

/**
 * What one turn measures, in llama-bench's words: pp reads a prompt, tg writes.
 *
 * @param prompt tokens to read, 0 for none
 * @param generate tokens to write, 0 for none
 * @param inContext whether it writes after what was read, or after BOS alone
 */
public record Workload(int prompt, int generate, boolean inContext) {
    private static final int WARM_UP = 512;

    String reading() {
        return "pp" + prompt;
    }

    String writing() {
        return "tg" + generate + (inContext ? "@" + prompt : "");
    }

    /** Enough of it to compile kernels and fill the system's caches. */
    Workload warmUp() {
        return new Workload(Math.min(prompt, WARM_UP), Math.min(generate, WARM_UP), inContext);
    }

    /** Whether its reading takes so long that a peer's own warm-up changes nothing. */
    boolean isLong() {
        return prompt > 2 * WARM_UP;
    }

    /** Positions before the first token that is written. */
    int context() {
        return inContext ? prompt : 0;
    }
}
