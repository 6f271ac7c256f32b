package dev.loupe;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.model.ForwardPass;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Runs a few tokens before the user does, until the JVM has compiled the kernels: a first answer is then as quick as
 * the next, and its figures tell of the model and not of the compiler.
 */
final class WarmUp {
    private static final int PROMPT = 16;
    private static final int FEW = 3;
    private static final int DECODED = 4;

    /** Positions that it needs. */
    static final int TOKENS = PROMPT + FEW + DECODED;

    private static final long LONGEST_NANOS = 2_000_000_000L;

    /** Multiply-adds in a second that interpreted or half-compiled kernels never reach. */
    private static final double COMPILED_RATE = 3e9;

    private WarmUp() {}

    /**
     * Returns at once if the kernels are compiled already, and when the user stops it.
     *
     * @param cache an empty one, closed at the end
     * @param parameters number of weights
     * @param jvm whether the JVM compiles the kernels while they run; otherwise once is enough
     */
    static void run(ForwardPass pass, KvCache cache, long parameters, boolean jvm) {
        int[] prompt =
                IntStream.range(0, Math.min(PROMPT, pass.vocabularySize())).toArray();
        var logits = new float[pass.vocabularySize()];
        long begin = System.nanoTime();
        try (cache) {
            double rate = 0;
            do {
                long start = System.nanoTime();
                cache.trim(0);
                pass.last(prompt, cache, logits);
                pass.last(Arrays.copyOf(prompt, FEW), cache, logits);
                for (int i = 0; i < DECODED; i++) {
                    pass.last(new int[] {i}, cache, logits);
                }
                rate = (double) parameters * (prompt.length + FEW + DECODED) * 1e9 / (System.nanoTime() - start);
            } while (jvm && rate < COMPILED_RATE && System.nanoTime() - begin < LONGEST_NANOS);
        } catch (CancelledException e) {
            return; // the model is loaded; the first generation is a little slower
        }
    }
}
