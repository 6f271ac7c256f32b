package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * NVIDIA's run-time compiler (https://docs.nvidia.com/cuda/nvrtc) for CUDA C. It needs no GPU, so kernels can be
 * checked anywhere.
 *
 * <p>Invariant: what does not compile becomes a {@link LoupeException} with the compiler's first lines.
 */
public final class Nvrtc {
    private static final int LINES_SHOWN = 12;

    private final NativeLibrary library;
    private final Path path;

    private Nvrtc(NativeLibrary library, Path path) {
        this.library = library;
        this.path = path;
    }

    /** The compiler of this machine, if it has one. */
    public static Optional<Nvrtc> find() {
        for (Path path : CudaLibraries.files("libnvrtc.so", "libnvrtc-builtins.so")) {
            try {
                CudaLibraries.files(path.getParent(), "libnvrtc-builtins.so")
                        .forEach(p -> NativeLibrary.load(p.toString()));
                return Optional.of(new Nvrtc(NativeLibrary.load(path.toString()), path));
            } catch (IllegalArgumentException e) {
                continue; // of another processor; the next may do
            }
        }
        return Optional.empty();
    }

    /** Where it was found. */
    public Path path() {
        return path;
    }

    /** Its version, "13.0". */
    public String version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_INT, 2);
            check("nvrtcVersion", out.address(), out.address() + 4);
            return out.getAtIndex(ValueLayout.JAVA_INT, 0) + "." + out.getAtIndex(ValueLayout.JAVA_INT, 1);
        }
    }

    /**
     * Compiles to machine code.
     *
     * @param name of the source, for messages
     * @param options as nvcc's, such as "--gpu-architecture=sm_90"
     */
    public byte[] cubin(String name, String source, List<String> options) {
        return compile(name, source, options, "nvrtcGetCUBIN");
    }

    /** Compiles to PTX, a text that ends with a zero; options as above, with a virtual architecture. */
    public byte[] ptx(String name, String source, List<String> options) {
        return compile(name, source, options, "nvrtcGetPTX");
    }

    private byte[] compile(String name, String source, List<String> options, String result) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ValueLayout.JAVA_LONG);
            check(
                    "nvrtcCreateProgram",
                    handle.address(),
                    arena.allocateFrom(source).address(),
                    arena.allocateFrom(name).address(),
                    0,
                    0,
                    0);
            long program = handle.get(ValueLayout.JAVA_LONG, 0);
            try {
                MemorySegment pointers = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, options.size()));
                for (int i = 0; i < options.size(); i++) {
                    pointers.setAtIndex(
                            ValueLayout.JAVA_LONG,
                            i,
                            arena.allocateFrom(options.get(i)).address());
                }
                int status =
                        library.function("nvrtcCompileProgram", 3).call(program, options.size(), pointers.address());
                if (status != 0) {
                    String log = new String(result("nvrtcGetProgramLog", program, arena)).strip();
                    throw new LoupeException("The kernel %s does not compile; correct its text:%n%s"
                            .formatted(
                                    name,
                                    log.lines()
                                            .limit(LINES_SHOWN)
                                            .reduce((a, b) -> a + "\n" + b)
                                            .orElse("")));
                }
                return result(result, program, arena);
            } finally {
                library.function("nvrtcDestroyProgram", 1).call(handle.address());
            }
        }
    }

    private byte[] result(String name, long program, Arena arena) {
        MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
        check(name + "Size", program, size.address());
        MemorySegment bytes = arena.allocate(size.get(ValueLayout.JAVA_LONG, 0));
        check(name, program, bytes.address());
        return bytes.toArray(ValueLayout.JAVA_BYTE);
    }

    private void check(String name, long... arguments) {
        int status = library.function(name, arguments.length).call(arguments);
        if (status != 0) {
            throw new LoupeException(
                    "NVIDIA's compiler failed: %s gives %d; reinstall %s.".formatted(name, status, path));
        }
    }
}
