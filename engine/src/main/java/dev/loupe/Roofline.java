package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.decode.Sampler;
import dev.loupe.engine.eval.Standing;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.tensor.TensorInfo;
import java.util.stream.IntStream;

/**
 * Measures where a model stands against its device's roofs, as it runs now; takes some seconds.
 *
 * <p>Invariant: the session and its history stay as they are.
 */
public final class Roofline {
    private static final int PROMPT = 256;
    private static final int GENERATE = 24;
    private static final int TURNS = 3;

    private Roofline() {}

    /**
     * The best of some turns.
     *
     * @throws LoupeException if the model is on two devices
     */
    public static Standing of(Llm llm) {
        synchronized (llm) {
            llm.begin();
            if (llm.device().contains(" ")) {
                throw new LoupeException(
                        "A roofline is that of one device, and the model is on %s and the cpu; use %%device with one of them."
                                .formatted(llm.device()));
            }
            Placement placement = llm.placement();
            Limits limits = Limits.of(placement.backend());
            double[] seconds = seconds(placement);
            Work work = Work.of(placement.files(), placement.model().plan());
            return new Standing(
                    llm.name(),
                    llm.dtype(),
                    llm.device(),
                    llm.threads(),
                    work.bytes() / seconds[1] / 1e9,
                    work.layerFlops() / seconds[0] / 1e9,
                    limits.gigabytes(),
                    limits.gigaflops());
        }
    }

    /** Of a token read with others, and of one written; the fastest. */
    private static double[] seconds(Placement placement) {
        int generate = Math.min(GENERATE, placement.contextLength() / 4);
        int prompt = Math.min(PROMPT, placement.contextLength() / 2);
        int[] ids = IntStream.range(0, prompt)
                .map(i -> i % placement.vocabularySize())
                .toArray();
        var logits = new float[placement.vocabularySize()];
        var best = new double[] {Double.MAX_VALUE, Double.MAX_VALUE};
        try (KvCache cache = placement.newCache()) {
            for (int turn = 0; turn < TURNS; turn++) {
                cache.trim(0);
                long start = System.nanoTime();
                placement.pass().last(ids, cache, logits);
                long read = System.nanoTime();
                for (int i = 0; i < generate; i++) {
                    placement.pass().last(new int[] {Sampler.argmax(logits)}, cache, logits);
                }
                long written = System.nanoTime();
                best[0] = Math.min(best[0], (read - start) / 1e9 / prompt);
                best[1] = Math.min(best[1], (written - read) / 1e9 / generate);
            }
        }
        return best;
    }

    /**
     * What the matrices ask for. A mixture's experts all count, which makes it look better than it is.
     *
     * @param bytes that a written token reads: all matrices but an embedding that is not the head
     * @param layerFlops that a token of a prompt takes: all matrices but embedding and head
     */
    private record Work(double bytes, double layerFlops) {
        static Work of(ModelFiles files, DtypePlan plan) {
            boolean tied = !files.tensorNames().contains("lm_head.weight");
            double bytes = 0;
            double flops = 0;
            for (String name : files.tensorNames()) {
                TensorInfo tensor = files.tensorInfo(name);
                DtypePlan.Role role = DtypePlan.Role.of(name);
                boolean embedding = role == DtypePlan.Role.EMBEDDING;
                if (tensor.shape().rank() > 1 && (!embedding || tied)) {
                    bytes += plan.dtype(tensor, role).bytes(tensor.shape().elements());
                    flops += embedding || role == DtypePlan.Role.HEAD
                            ? 0
                            : 2.0 * tensor.shape().elements();
                }
            }
            return new Work(bytes, flops);
        }
    }
}
