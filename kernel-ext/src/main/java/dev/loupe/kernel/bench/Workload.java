package dev.loupe.kernel.bench;

/**
 * What one turn measures, in llama-bench's words: pp reads a prompt, tg writes.
 *
 * @param prompt tokens to read, 0 for none
 * @param generate tokens to write, 0 for none
 * @param inContext whether it writes after what was read, or after BOS alone
 */
public record Workload(int prompt, int generate, boolean inContext) {
    String reading() {
        return "pp" + prompt;
    }

    String writing() {
        return "tg" + generate + (inContext ? "@" + prompt : "");
    }

    /** Positions before the first token that is written. */
    int context() {
        return inContext ? prompt : 0;
    }
}
