package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The kernels of a device: texts of this package's {@code .cu} files, compiled when first needed for just the values
 * they are needed with, and kept on disk as machine code.
 *
 * <p>Invariant: a file on disk is named by everything that went into it, so it never has to be checked.
 */
final class Kernels implements AutoCloseable {
    /** Kernels that divide a multiprocessor's memory alike can run on it side by side. */
    private static final int SHARED_CARVEOUT = 9;

    private static final int MOST_SHARED = 100;

    /** What files stand on besides what is common to all. */
    private static final Map<String, String> STANDS_ON = Map.of(
            "weights", "weights.cuh",
            "matvec", "weights.cuh",
            "blocks", "blocks.cuh",
            "attention", "pages.cuh",
            "flash", "pages.cuh");

    private final CudaDevice device;
    private final Path folder;
    private final Map<List<String>, Long> modules = new HashMap<>();
    private final Map<List<String>, Kernel> kernels = new HashMap<>();
    private final Optional<Nvrtc> compiler = Nvrtc.find();
    private ShippedKernels shipped;

    Kernels(CudaDevice device) {
        this.device = device;
        folder = Path.of(System.getProperty("user.home"), ".cache", "loupe", "cuda");
    }

    /** Whether kernels are compiled here for just what is needed, rather than taken from those that are shipped. */
    boolean compiled() {
        return compiler.isPresent();
    }

    /** The text of a file and what it stands on. */
    static String source(String file) {
        String standsOn = STANDS_ON.get(file);
        return resource("common.cuh") + (standsOn == null ? "" : resource(standsOn)) + resource(file + ".cu");
    }

    private static String resource(String name) {
        try (InputStream in = Kernels.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Options that compile a file for an architecture, "sm_90", with macros such as "DTYPE=1". */
    static List<String> options(String architecture, List<String> macros) {
        return Stream.concat(
                        Stream.of("--std=c++17", "--gpu-architecture=" + architecture),
                        macros.stream().map(m -> "-D" + m))
                .toList();
    }

    /** A function of a file that is compiled with these macros. */
    Kernel get(String file, String function, String... macros) {
        var key = new ArrayList<>(List.of(file, function));
        key.addAll(List.of(macros));
        return kernels.computeIfAbsent(key, k -> find(file, function, List.of(macros)));
    }

    private Kernel find(String file, String function, List<String> macros) {
        var key = new ArrayList<>(List.of(file));
        key.addAll(macros);
        long module = modules.computeIfAbsent(key, k -> load(file, macros));
        try (Arena arena = Arena.ofConfined()) {
            long handle = device.driver()
                    .value(
                            "cuModuleGetFunction",
                            module,
                            arena.allocateFrom(function).address());
            device.driver().call("cuFuncSetAttribute", handle, SHARED_CARVEOUT, MOST_SHARED);
            return new Kernel(device, function, handle);
        }
    }

    private long load(String file, List<String> macros) {
        byte[] code = compiler.map(c -> cubin(c, file, macros)).orElseGet(() -> ptx(file, macros));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment image = arena.allocate(code.length, 16);
            MemorySegment.copy(code, 0, image, ValueLayout.JAVA_BYTE, 0, code.length);
            return device.driver().value("cuModuleLoadData", image.address());
        }
    }

    private byte[] ptx(String file, List<String> macros) {
        if (shipped == null) {
            shipped = ShippedKernels.load();
        }
        return shipped.ptx(file, macros, device.id());
    }

    private byte[] cubin(Nvrtc compiler, String file, List<String> macros) {
        String source = source(file);
        List<String> options = options(device.architecture(), macros);
        Path cached = folder.resolve(digest(source, options) + ".cubin");
        return Files.isRegularFile(cached) ? read(cached) : compile(compiler, file, source, options, cached);
    }

    private byte[] compile(Nvrtc compiler, String file, String source, List<String> options, Path cached) {
        byte[] cubin = compiler.cubin(file + ".cu", source, options);
        try {
            Files.createDirectories(folder);
            Path part = Files.createTempFile(folder, "new", ".part");
            Files.write(part, cubin);
            Files.move(part, cached, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            return cubin; // compiled anew the next time
        }
        return cubin;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new LoupeException("The kernel %s cannot be read; delete it.".formatted(file), e);
        }
    }

    /** A name for what a text becomes under these options. */
    static String digest(String source, List<String> options) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            sha.update(source.getBytes(StandardCharsets.UTF_8));
            sha.update(options.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha.digest()).substring(0, 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    @Override
    public void close() {
        modules.values().forEach(module -> device.driver().status("cuModuleUnload", module));
    }
}
