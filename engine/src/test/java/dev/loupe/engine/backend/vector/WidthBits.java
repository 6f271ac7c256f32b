package dev.loupe.engine.backend.vector;

import dev.loupe.engine.attention.AttentionPlan;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.model.RandomModel;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The bits that a small model computes, in a process whose vectors have a given width. */
final class WidthBits {
    private static final List<String> DTYPES = List.of("sym_int4", "q4_k", "fp16", "nf3", "fp8_e4m3", "q6_k");

    /** Lines that a process prints. */
    static final int CASES = DTYPES.size() * Activations.values().length;

    private WidthBits() {}

    static String ofProcess(int bits) {
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--add-modules=jdk.incubator.vector",
                            "--enable-native-access=ALL-UNNAMED",
                            "-Dloupe.vector.bits=" + bits,
                            "-cp",
                            System.getProperty("java.class.path"),
                            WidthBits.class.getName())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void main(String[] arguments) {
        for (String dtype : DTYPES) {
            for (Activations activations : Activations.values()) {
                System.out.println(dtype + " " + activations + " " + hash(dtype, activations));
            }
        }
    }

    private static ForwardPass pass(RandomModel model, VectorBackend backend, Activations activations) {
        return new ForwardPass(
                model.decoder(),
                backend,
                backend.require(activations),
                64,
                AttentionPlan.standard(),
                Set.of(),
                bytes -> {});
    }

    /** Of the logits after a prompt, and after one token more. */
    private static int hash(String dtype, Activations activations) {
        var ledger = new MemoryLedger();
        var sizes = RandomModel.Sizes.KNOWN.stream()
                .filter(known -> known.name().equals("tiny"))
                .findFirst()
                .orElseThrow();
        try (var backend = new VectorBackend(2, ledger, new Cancellation());
                var model = new RandomModel(sizes, DTypes.parse(dtype), backend, ledger);
                var pass = pass(model, backend, activations);
                KvCache cache = pass.newCache(CachePlan.exact(), 64, bytes -> {})) {
            var logits = new float[sizes.vocabulary()];
            pass.last(IntStream.range(0, 40).toArray(), cache, logits);
            int prompt = Arrays.hashCode(logits);
            pass.last(new int[] {7}, cache, logits);
            return 31 * prompt + Arrays.hashCode(logits);
        }
    }
}
