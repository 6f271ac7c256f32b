package dev.loupe.engine.backend.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** A compiled text of OpenCL C and its kernels. Invariant: a text that does not compile gives the compiler's words. */
final class ClProgram implements AutoCloseable {
    private static final int BUILD_LOG = 0x1183;

    /** PoCL's compiler deletes its files at any signal, and Java checks for null by signals; so it is asked again. */
    private static final String LOST_FILE = "unable to rename temporary";

    private static final int REBUILDS = 5;

    private final ClQueue queue;
    private final MemorySegment program;
    private final Map<String, ClKernel> kernels = new HashMap<>();

    /**
     * @param name for people
     * @param options of the compiler, "-cl-std=CL1.2 -D LANES=1"
     * @param remedy what to do if it does not compile, "correct its text"
     */
    ClProgram(ClQueue queue, String name, String source, String options, String remedy) {
        this.queue = queue;
        OpenCl cl = queue.cl();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(ADDRESS, arena.allocateFrom(source));
            MemorySegment none = MemorySegment.NULL;
            program = ClStatus.create("clCreateProgramWithSource", status ->
                    (MemorySegment) cl.createProgramWithSource.invokeExact(queue.context(), 1, text, none, status));
            MemorySegment device = arena.allocateFrom(ADDRESS, queue.device().id());
            MemorySegment flags = arena.allocateFrom(options);
            int status = build(device, flags);
            for (int again = 0; again < REBUILDS && status != ClStatus.SUCCESS; again++) {
                if (!log(arena).contains(LOST_FILE)) {
                    break;
                }
                status = build(device, flags);
            }
            if (status != ClStatus.SUCCESS) {
                String log = log(arena);
                close();
                throw new LoupeException("The kernel %s does not compile on %s (driver %s, %s); %s:%n%s"
                        .formatted(
                                name,
                                queue.device().name(),
                                queue.device().driver(),
                                ClStatus.name(status),
                                remedy,
                                log));
            }
        }
    }

    private int build(MemorySegment device, MemorySegment flags) {
        MemorySegment none = MemorySegment.NULL;
        return ClStatus.status("clBuildProgram", () ->
                (int) queue.cl().buildProgram.invokeExact(program, 1, device, flags, none, none));
    }

    private String log(Arena arena) {
        MemorySegment size = arena.allocate(JAVA_LONG);
        log(MemorySegment.NULL, size);
        MemorySegment text = arena.allocate(size.get(JAVA_LONG, 0) + 1);
        log(text, MemorySegment.NULL);
        return text.getString(0).strip();
    }

    private void log(MemorySegment text, MemorySegment size) {
        MemorySegment device = queue.device().id();
        ClStatus.call("clGetProgramBuildInfo", () -> (int)
                queue.cl().getProgramBuildInfo.invokeExact(program, device, BUILD_LOG, text.byteSize(), text, size));
    }

    /** One of its kernels, made at the first use. */
    ClKernel kernel(String name) {
        return kernels.computeIfAbsent(name, n -> new ClKernel(queue, program, n));
    }

    @Override
    public void close() {
        kernels.values().forEach(ClKernel::close);
        kernels.clear();
        ClStatus.call("clReleaseProgram", () -> (int) queue.cl().releaseProgram.invokeExact(program));
    }
}
