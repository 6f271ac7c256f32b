package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.dtype.AsymInt4;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.dtype.Q4K;
import dev.loupe.engine.dtype.SymInt4;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The kernels of this package's resources, each compiled at its first use, in the form that suits the device.
 *
 * <p>Invariant: every dtype has a kernel, because each has a file that decodes 16 values of a row.
 */
final class ClPrograms implements AutoCloseable {
    private static final Map<DType, String> SHARED = Map.of(
            DTypes.Q4_K, "dtype/six_bit_scales.cl",
            DTypes.Q5_K, "dtype/six_bit_scales.cl",
            DTypes.FP8_E4M3, "dtype/minifloat.cl",
            DTypes.FP8_E5M2, "dtype/minifloat.cl",
            DTypes.MXFP8, "dtype/minifloat.cl",
            DTypes.FP6_E2M3, "dtype/minifloat.cl",
            DTypes.FP6_E3M2, "dtype/minifloat.cl",
            DTypes.MXFP6, "dtype/minifloat.cl",
            DTypes.MXFP4, "dtype/minifloat.cl",
            DTypes.FP4, "dtype/minifloat.cl");

    private static final String REMEDY = "update that driver, or stay on the CPU (%device cpu), for its compiler says";

    private final ClQueue queue;
    private final Form form;
    private final Map<String, ClProgram> programs = new HashMap<>();

    /**
     * How work is cut.
     *
     * @param lanes work-items that share a row
     * @param width floats that each of them takes at a time, 1 or 16
     * @param rows of a matrix that a group takes
     * @param features that the kernels use
     */
    record Form(int lanes, int width, int rows, ClFeatures features) {
        /** One work-item with whole vectors on a CPU, many with single numbers on a GPU. */
        static Form of(ClDevice device) {
            return device.isCpu() ? new Form(1, 16, 8, device.features()) : new Form(32, 1, 4, device.features());
        }
    }

    ClPrograms(ClQueue queue, Form form) {
        this.queue = queue;
        this.form = form;
    }

    Form form() {
        return form;
    }

    /** A kernel of the file {@code subject.cl}. */
    ClKernel kernel(String subject, String name) {
        return program(subject, List.of("common.cl", subject + ".cl")).kernel(name);
    }

    /** A kernel of {@code floats.cl} and {@code matmul.cl} for matrices of a dtype. */
    ClKernel kernel(DType dtype, String name) {
        return program("matmul " + dtype.id(), files(dtype, "dtype", "floats.cl"))
                .kernel(name);
    }

    /** Whether there are {@link #integers} for a dtype. */
    boolean multipliesIntegers(DType dtype) {
        return dtype instanceof SymInt4 || dtype instanceof AsymInt4 || dtype instanceof Q4K;
    }

    /** A kernel of {@code matmul.cl} for matrices of four-bit codes and activations in signed bytes. */
    ClKernel integers(DType dtype, String name) {
        return program("integer matmul " + dtype.id(), files(dtype, "codes", "integers.cl"))
                .kernel(name);
    }

    /** A kernel of {@code attention.cl} or {@code slots.cl} for pages of these dtypes. */
    ClKernel pages(String subject, DType keys, DType values, String name) {
        String title = "%s %s %s".formatted(subject, keys.id(), values.id());
        return program(
                        title,
                        () -> source("common.cl")
                                + source("encode.cl")
                                + pages(keys, "key")
                                + pages(values, "value")
                                + source(subject + ".cl"))
                .kernel(name);
    }

    /** What decodes and encodes pages of a dtype, with {@code _key} or {@code _value} in its names. */
    private static String pages(DType dtype, String what) {
        String decode = source("dtype/%s.cl".formatted(dtype.id())).replace("decode16", "decode16_" + what);
        String pages = source("pages_%s.cl".formatted(dtype.blockElements() == 1 ? dtype.id() : "blocks"));
        return decode
                + pages.replace("WHAT", what)
                        .replace("BLOCK_BYTES", String.valueOf(dtype.blockBytes()))
                        .replace("ENCODE", "encode_" + dtype.id());
    }

    private static List<String> files(DType dtype, String folder, String activations) {
        String decode = "%s/%s.cl".formatted(folder, dtype.id());
        return Stream.of("common.cl", SHARED.get(dtype), decode, activations, "matmul.cl")
                .filter(Objects::nonNull)
                .toList();
    }

    private ClProgram program(String name, List<String> files) {
        return program(name, () -> files.stream().map(ClPrograms::source).collect(Collectors.joining()));
    }

    private ClProgram program(String name, Supplier<String> source) {
        ClProgram program = programs.get(name);
        if (program == null) {
            program = new ClProgram(queue, name, source.get(), options(), REMEDY);
            programs.put(name, program);
        }
        return program;
    }

    private String options() {
        return "%s -D LANES=%d -D WIDTH=%d -D ROWS=%d"
                .formatted(form.features.options(), form.lanes, form.width, form.rows);
    }

    private static String source(String file) {
        try (InputStream in = ClPrograms.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        programs.values().forEach(ClProgram::close);
        programs.clear();
    }
}
