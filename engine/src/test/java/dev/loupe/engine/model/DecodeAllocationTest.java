package dev.loupe.engine.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.loupe.engine.attention.AttentionPlan;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.management.ManagementFactory;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a step of decoding allocates once its kernels are compiled: interpreted vectors are objects, all of them. */
final class DecodeAllocationTest {
    private static final RandomModel.Sizes SIZES = new RandomModel.Sizes("small", 4, 256, 512, 4, 2, 32_000);
    private static final int TOKENS = 64;
    private static final int WINDOWS = 400;

    /** Two products' arrays of one weight and one result, and what the compiler leaves of the verbs' lambdas. */
    private static final long BYTES_A_LAYER = 512;

    /** As above where activations are rounded first. */
    private static final long BYTES_A_LAYER_ROUNDED = 1_536;

    /** Views of the logits, and what passes from the pass to its verbs. */
    private static final long BYTES_A_STEP = 2_048;

    @ParameterizedTest
    @EnumSource(names = {"FP32", "INT8"})
    void aStepAllocatesNoWorkSpace(Activations activations) {
        long layer = activations == Activations.FP32 ? BYTES_A_LAYER : BYTES_A_LAYER_ROUNDED;
        long most = SIZES.layers() * layer + BYTES_A_STEP;
        var ledger = new MemoryLedger();
        try (var backend = Devices.open(Devices.find("cpu"), Devices.defaultThreads(), ledger, new Cancellation());
                var model = new RandomModel(SIZES, DTypes.SYM_INT8, backend, ledger);
                var pass = new ForwardPass(
                        model.decoder(),
                        backend,
                        backend.require(activations),
                        16,
                        AttentionPlan.standard(),
                        Set.of(),
                        bytes -> {});
                var cache = pass.newCache(CachePlan.exact(), 8 + TOKENS, bytes -> {})) {
            var logits = new float[SIZES.vocabulary()];
            long least = Long.MAX_VALUE;
            for (int window = 0; window < WINDOWS && least > most; window++) {
                cache.trim(0);
                pass.last(new int[8], cache, logits);
                long before = allocated();
                for (int i = 0; i < TOKENS; i++) {
                    pass.last(new int[] {i}, cache, logits);
                }
                least = Math.min(least, (allocated() - before) / TOKENS);
            }
            assertTrue(least <= most, least + " bytes a token");
        }
    }

    /** By this thread and by those that compute with it. */
    private static long allocated() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread == Thread.currentThread() || thread.getName().startsWith("loupe-")) {
                bytes += threads.getThreadAllocatedBytes(thread.threadId());
            }
        }
        return bytes;
    }
}
