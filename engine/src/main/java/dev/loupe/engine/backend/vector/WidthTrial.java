package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Measures how fast one thread reads weights of the usual dtypes with vectors of one width, in a process of its own,
 * because that width is a constant of the kernels' classes.
 */
final class WidthTrial {
    private static final List<String> DTYPES =
            List.of("fp16", "bf16", "sym_int8", "fp8_e4m3", "q6_k", "q4_k", "asym_int4", "sym_int4");
    private static final int ROWS = 1024;
    private static final int COLUMNS = 1024;
    private static final long WARM_UP_NANOS = 150_000_000;
    private static final long TURN_NANOS = 3_000_000; // less than another process takes at a time
    private static final int TURNS = 40;
    private static final int SECONDS = 60;

    private WidthTrial() {}

    /** A process's readings; none if it fails or does not end. */
    static List<VectorWidth.Reading> run(int bits) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-XX:-BackgroundCompilation"); // no product runs interpreted while the compiler is busy
        command.addAll(List.of("-D" + Lanes.BITS + "=" + bits, "-cp", System.getProperty("java.class.path")));
        command.add(WidthTrial.class.getName());
        Process process = null;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                return List.of();
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return said.lines().map(line -> VectorWidth.Reading.parse(line)).toList();
        } catch (IOException | NumberFormatException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    public static void main(String[] arguments) {
        try (var backend = new VectorBackend(1, new MemoryLedger(), new Cancellation());
                var memory = backend.memory(bytes -> {})) {
            Tensor host = memory.allocate(new Shape(ROWS, COLUMNS));
            Tensor x = memory.allocate(new Shape(1, COLUMNS));
            Tensor out = memory.allocate(new Shape(1, ROWS));
            backend.write(values(ROWS * COLUMNS), host);
            backend.write(values(COLUMNS), x);
            for (String dtype : DTYPES) {
                try (Weight weight = backend.weight(host, DTypes.parse(dtype))) {
                    Weight[] weights = {weight};
                    Tensor[] outs = {out};
                    Runnable product = () -> backend.ops().matmul(x, weights, outs);
                    double best = rate(product, WARM_UP_NANOS);
                    for (int turn = 0; turn < TURNS; turn++) {
                        best = Math.max(best, rate(product, TURN_NANOS));
                    }
                    System.out.println(new VectorWidth.Reading(dtype, VectorCpu.bits(), best * weight.bytes()).line());
                }
            }
        }
    }

    /** Products in a nanosecond, over so many nanoseconds. */
    private static double rate(Runnable product, long nanos) {
        long start = System.nanoTime();
        int count = 0;
        while (System.nanoTime() - start < nanos) {
            product.run();
            count++;
        }
        return count / (double) (System.nanoTime() - start);
    }

    private static float[] values(int count) {
        var random = new Random(count);
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
