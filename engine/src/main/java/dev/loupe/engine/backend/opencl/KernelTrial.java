package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.ops.Device;
import dev.loupe.engine.trace.Cancellation;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a kernel that someone wrote, {@code matvec(w, x, out, rows, columns)}, in a process of its own.
 *
 * <p>Invariant: whatever the text does, be it endless or writing where it must not, this process goes on.
 */
public final class KernelTrial {
    private static final int LOCAL = 64;
    private static final long SECONDS = 60;
    private static final long MEASURED_NANOS = 300_000_000;
    private static final int REFUSED = 2;

    private KernelTrial() {}

    /**
     * What came out.
     *
     * @param out (rows)
     * @param nanos of the quickest run
     */
    public record Result(float[] out, long nanos) {}

    /**
     * Compiles and runs a text.
     *
     * @param weights (rows, columns) as their dtype has them
     * @param x (columns)
     * @param items work-items for a row, of which {@value #LOCAL} or more are in a group
     */
    public static Result run(Device device, String text, MemorySegment weights, float[] x, int rows, int items) {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("loupe-kernel");
            Files.writeString(folder.resolve("kernel.cl"), text);
            write(folder.resolve("w"), weights);
            write(folder.resolve("x"), MemorySegment.ofArray(x));
            Process process = start(device, folder, rows, x.length, items);
            if (!ended(process)) {
                throw new LoupeException("The kernel did not end within %d seconds; look for a loop that never does."
                        .formatted(SECONDS));
            }
            String said = Files.readString(folder.resolve("log")).strip();
            if (process.exitValue() == REFUSED) {
                throw new LoupeException(said);
            }
            if (process.exitValue() != 0) {
                throw new LoupeException(
                        "The kernel crashed its process (exit %d); look for an index outside w, x or out."
                                .formatted(process.exitValue()));
            }
            return new Result(
                    floats(folder.resolve("out")), Long.parseLong(said.substring(said.lastIndexOf('\n') + 1)));
        } catch (IOException e) {
            throw new LoupeException(
                    "The kernel cannot be tried: %s; free some disk space.".formatted(e.getMessage()), e);
        } finally {
            delete(folder);
        }
    }

    private static Process start(Device device, Path folder, int rows, int columns, int items) throws IOException {
        String engine = Path.of(URI.create(KernelTrial.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString()))
                .toString();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var command = List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("crash"),
                "-cp",
                engine,
                KernelTrial.class.getName(),
                device.id(),
                folder.toString(),
                String.valueOf(rows),
                String.valueOf(columns),
                String.valueOf(items));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private static boolean ended(Process process) {
        try {
            return process.waitFor(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new CancelledException("Stopped; the kernel was not checked.");
        } finally {
            process.destroyForcibly();
        }
    }

    /** The process of its own: device, folder, rows, columns, items. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[1]);
        try {
            long nanos = compute(
                    arguments[0],
                    folder,
                    Integer.parseInt(arguments[2]),
                    Integer.parseInt(arguments[3]),
                    Integer.parseInt(arguments[4]));
            System.out.println();
            System.out.println(nanos);
        } catch (LoupeException e) {
            System.out.println(e.getMessage());
            System.exit(REFUSED);
        }
    }

    private static long compute(String id, Path folder, int rows, int columns, int items) throws IOException {
        byte[] weights = Files.readAllBytes(folder.resolve("w"));
        byte[] x = Files.readAllBytes(folder.resolve("x"));
        int local = Math.max(LOCAL, items);
        try (var queue = OpenClDevices.queue(id, new Cancellation());
                var program = new ClProgram(
                        queue,
                        "matvec",
                        Files.readString(folder.resolve("kernel.cl")),
                        ClFeatures.NONE.options(),
                        "correct its text");
                Arena arena = Arena.ofConfined()) {
            MemorySegment w = sent(queue, arena, weights);
            MemorySegment input = sent(queue, arena, x);
            MemorySegment out = sent(queue, arena, new byte[Float.BYTES * rows]);
            long quickest = Long.MAX_VALUE;
            long begin = System.nanoTime();
            do {
                long start = System.nanoTime();
                program.kernel("matvec")
                        .buffer(w)
                        .buffer(input)
                        .buffer(out)
                        .number(rows)
                        .number(columns)
                        .run(((long) rows * items + local - 1) / local, local);
                queue.finish();
                quickest = Math.min(quickest, System.nanoTime() - start);
            } while (System.nanoTime() - begin < MEASURED_NANOS);
            MemorySegment result = arena.allocate(Float.BYTES * (long) rows);
            queue.read(out, 0, result);
            write(folder.resolve("out"), result);
            queue.release(w, weights.length);
            queue.release(input, x.length);
            queue.release(out, Float.BYTES * (long) rows);
            return quickest;
        }
    }

    private static MemorySegment sent(ClQueue queue, Arena arena, byte[] bytes) {
        MemorySegment buffer = queue.allocate(bytes.length);
        queue.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), buffer, 0);
        return buffer;
    }

    private static void write(Path file, MemorySegment bytes) throws IOException {
        Files.write(file, bytes.toArray(ValueLayout.JAVA_BYTE));
    }

    private static float[] floats(Path file) throws IOException {
        var buffer = ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        var floats = new float[buffer.remaining()];
        buffer.get(floats);
        return floats;
    }

    private static void delete(Path folder) {
        if (folder == null) {
            return;
        }
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            folder.toFile().deleteOnExit(); // a temporary folder: the system clears it
        }
    }
}
