package dev.loupe;

import dev.loupe.engine.backend.vector.VectorLimits;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.model.RandomMatrix;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The roofs of a device (doi.org/10.1145/1498765.1498785). The CPU's are those of loops that do nothing else. Another
 * device's are what our own kernels get from it at their best: the faster of a sum of long vectors and one token's
 * product with a large fp16 matrix for its memory, a product of many tokens with that matrix for its arithmetic.
 *
 * <p>Invariant: measured once for a device, with products that grow until one takes {@value #ENOUGH} seconds or fills
 * the device, and remembered as long as the JVM lives.
 *
 * @param gigabytes 10^9 bytes read or written in a second
 * @param gigaflops 10^9 float operations in a second; a multiply-add is two
 */
record Limits(double gigabytes, double gigaflops) {
    private static final Map<String, Limits> KNOWN = new ConcurrentHashMap<>();
    private static final double ENOUGH = 0.01;
    private static final int SMALLEST = 256;
    private static final int LARGEST = 8192;
    private static final int MOST_TOKENS = 2048;
    private static final int BYTES_OF_A_SQUARE =
            24; // the matrix and its conversions, or two vectors of its size, twice over
    private static final int TURNS = 5;

    /** Those of a backend's device; the first time takes some seconds. */
    static Limits of(Backend backend) {
        if (backend.device().equals("cpu")) {
            VectorLimits limits = VectorLimits.of(backend.threads());
            return new Limits(limits.gigabytes(), limits.gigaflops());
        }
        return KNOWN.computeIfAbsent(backend.device(), device -> measure(backend));
    }

    private static Limits measure(Backend backend) {
        int side = LARGEST;
        while (side > SMALLEST && (long) BYTES_OF_A_SQUARE * side * side > backend.freeBytes()) {
            side /= 2;
        }
        double gigaflops = 0;
        double seconds = 0;
        for (int rows = SMALLEST; rows <= side && seconds < ENOUGH; rows *= 2) {
            int tokens = Math.min(rows, MOST_TOKENS);
            seconds = product(backend, rows, tokens);
            gigaflops = Math.max(gigaflops, 2.0 * rows * rows * tokens / seconds / 1e9);
        }
        double square = (double) side * side;
        double reading = 2 * square / product(backend, side, 1);
        double adding = 3 * Float.BYTES * square / 2 / sum(backend, side);
        return new Limits(Math.max(reading, adding) / 1e9, gigaflops);
    }

    /** Seconds of a product of (tokens, side) with an fp16 matrix (side, side). */
    private static double product(Backend backend, int side, int tokens) {
        try (Backend.Memory memory = backend.memory(bytes -> {});
                Weight matrix = RandomMatrix.of(backend, new Fp16(), side, side)) {
            Tensor x = memory.allocate(new Shape(tokens, side));
            Tensor out = memory.allocate(new Shape(tokens, side));
            backend.write(RandomMatrix.values(tokens * side), x);
            Weight[] weights = {matrix};
            Tensor[] outs = {out};
            return fastest(backend, () -> backend.ops().matmul(x, weights, outs));
        }
    }

    /** Seconds of a sum of two (side / 2, side) in place. */
    private static double sum(Backend backend, int side) {
        try (Backend.Memory memory = backend.memory(bytes -> {})) {
            Tensor a = memory.allocate(new Shape(side / 2, side));
            Tensor b = memory.allocate(new Shape(side / 2, side));
            return fastest(backend, () -> backend.ops().add(a, b));
        }
    }

    /** Seconds of a work in the fastest turn, done as often in a row as takes some time. */
    private static double fastest(Backend backend, Runnable work) {
        seconds(backend, work, 1); // compiles kernels
        int times = 1;
        while (seconds(backend, work, times) < ENOUGH) {
            times *= 4;
        }
        double best = Double.MAX_VALUE;
        for (int turn = 0; turn < TURNS; turn++) {
            best = Math.min(best, seconds(backend, work, times) / times);
        }
        return best;
    }

    private static double seconds(Backend backend, Runnable work, int times) {
        try (Backend.Memory memory = backend.memory(bytes -> {})) {
            Tensor any = memory.allocate(new Shape(1));
            var value = new float[1];
            backend.read(any, value);
            long start = System.nanoTime();
            for (int i = 0; i < times; i++) {
                work.run();
            }
            backend.read(any, value); // waits for all of it
            return (System.nanoTime() - start) / 1e9;
        }
    }
}
