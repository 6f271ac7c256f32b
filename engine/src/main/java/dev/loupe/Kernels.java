package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.backend.opencl.KernelTrial;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Device;
import dev.loupe.engine.ops.ReferenceBackend;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/**
 * The kernel gallery: one verb, the product of a matrix of any dtype with a vector, as each device computes it, or as
 * somebody wrote it. Each is checked against the scalar reference, then timed.
 */
public final class Kernels {
    private static final String VERB = ".matvec";
    private static final int ROWS = 1024;
    private static final int COLUMNS = 4096;
    private static final long MEASURED_NANOS = 300_000_000;

    /** Java interprets the first runs of a kernel, which may take seconds, and compiles it meanwhile. */
    private static final int LEAST_RUNS = 100;

    private static final long MOST_NANOS = 20_000_000_000L;

    private Kernels() {}

    /**
     * Runs the engine's own kernel.
     *
     * @param device "reference", or as {@link Devices#find} takes it
     * @param kernel dtype and verb: "q4_0.matvec"
     */
    public static KernelRun run(String device, String kernel) {
        DType dtype = dtype(kernel);
        try (Arena arena = Arena.ofShared();
                Backend backend = open(device)) {
            Tensor matrix = matrix(arena, dtype);
            float[] x = random(2, COLUMNS);
            float[] expected = new float[ROWS];
            try (Backend reference = new ReferenceBackend(new MemoryLedger())) {
                time(reference, matrix, x, expected);
            }
            var out = new float[ROWS];
            long nanos = time(backend, matrix, x, out);
            return judged(backend.device(), dtype, false, matrix.bytes(), expected, out, nanos);
        }
    }

    /**
     * Runs a text of OpenCL C with a kernel {@code matvec(__global const uchar *w, __global const float *x, __global
     * float *out, int rows, int columns)}, in a process of its own.
     *
     * @param items work-items for a row
     */
    public static KernelRun run(String device, String kernel, String text, int items) {
        DType dtype = dtype(kernel);
        Device found = Devices.find(device);
        if (!found.id().startsWith("opencl")) {
            throw new LoupeException("A kernel's text is compiled by OpenCL; write opencl in place of " + device + ".");
        }
        try (Arena arena = Arena.ofShared()) {
            Tensor matrix = matrix(arena, dtype);
            float[] x = random(2, COLUMNS);
            float[] expected = new float[ROWS];
            try (Backend reference = new ReferenceBackend(new MemoryLedger())) {
                time(reference, matrix, x, expected);
            }
            KernelTrial.Result result = KernelTrial.run(found, text, matrix.data(), x, ROWS, items);
            return judged(found.id(), dtype, true, matrix.bytes(), expected, result.out(), result.nanos());
        }
    }

    private static DType dtype(String kernel) {
        if (!kernel.endsWith(VERB)) {
            throw new LoupeException("The gallery has the verb matvec only, of any dtype; write q4_0.matvec.");
        }
        return DTypes.parse(kernel.substring(0, kernel.length() - VERB.length()));
    }

    private static Backend open(String device) {
        return device.equals("reference")
                ? new ReferenceBackend(new MemoryLedger())
                : Devices.open(Devices.find(device), Devices.defaultThreads(), new MemoryLedger(), new Cancellation());
    }

    private static Tensor matrix(Arena arena, DType dtype) {
        MemorySegment data = arena.allocate(dtype.bytes((long) ROWS * COLUMNS), 64);
        dtype.encode(random(1, ROWS * COLUMNS), 0, data, 0, ROWS * COLUMNS);
        return new Tensor(new Shape(ROWS, COLUMNS), dtype, data);
    }

    private static float[] random(long seed, int count) {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    /** Nanoseconds of the quickest of several runs, its result in {@code out}. */
    private static long time(Backend backend, Tensor matrix, float[] x, float[] out) {
        boolean once = backend instanceof ReferenceBackend;
        try (Weight weight = backend.weight(matrix, matrix.dtype());
                Backend.Memory memory = backend.memory(bytes -> {})) {
            Tensor input = memory.allocate(new Shape(1, COLUMNS));
            Tensor result = memory.allocate(new Shape(1, ROWS));
            backend.write(x, input);
            long quickest = Long.MAX_VALUE;
            long begin = System.nanoTime();
            long spent;
            int runs = 0;
            do {
                long start = System.nanoTime();
                backend.ops().matmul(input, new Weight[] {weight}, new Tensor[] {result});
                backend.read(result, out);
                quickest = Math.min(quickest, System.nanoTime() - start);
                spent = System.nanoTime() - begin;
                runs++;
            } while (!once && spent < MOST_NANOS && (spent < MEASURED_NANOS || runs < LEAST_RUNS));
            return quickest;
        }
    }

    private static KernelRun judged(
            String device, DType dtype, boolean own, long bytes, float[] expected, float[] out, long nanos) {
        float largest = 0;
        double error = 0;
        int worst = 0;
        for (int r = 0; r < ROWS; r++) {
            largest = Math.max(largest, Math.abs(expected[r]));
            double off = Math.abs((double) expected[r] - out[r]);
            if (!(off <= error)) {
                error = off;
                worst = r;
            }
        }
        return new KernelRun(device, dtype.id() + VERB, own, ROWS, COLUMNS, bytes, error / largest, worst, nanos);
    }
}
