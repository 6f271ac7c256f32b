package dev.loupe.engine.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.loupe.engine.LoupeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All CUDA kernels compile, for which no GPU is needed but NVIDIA's compiler is ({@code ./loupe test} fetches it). */
class CudaKernelsTest {
    private static final List<String> ARCHITECTURES = List.of("sm_75", "sm_90");

    private static final Set<String> TENSOR_CORES = Set.of("flash", "gemm");

    private static Nvrtc compiler() {
        if (System.getProperty("loupe.home") == null) {
            Stream.iterate(Path.of("").toAbsolutePath(), p -> p != null, Path::getParent)
                    .filter(p -> Files.exists(p.resolve(".venv")))
                    .findFirst()
                    .ifPresent(p -> System.setProperty("loupe.home", p.toString()));
        }
        return Nvrtc.find()
                .orElseGet(() -> abort("skipped: no libnvrtc; ./loupe test fetches NVIDIA's nvidia-cuda-nvrtc"));
    }

    private static void compile(String file, String... macros) {
        Nvrtc compiler = compiler();
        for (String architecture : ARCHITECTURES) {
            if (TENSOR_CORES.contains(file) && architecture.equals("sm_75")) {
                continue; // its tensor cores take other shapes; attention.cu and matvec.cu serve there
            }
            byte[] cubin =
                    compiler.cubin(file + ".cu", Kernels.source(file), Kernels.options(architecture, List.of(macros)));
            assertEquals("ELF", new String(cubin, 1, 3), file);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"elementwise", "top", "convert", "attention", "gemm"})
    void plainKernels(String file) {
        compile(file, "KV=0");
    }

    @ParameterizedTest
    @CsvSource({"0,0", "2,3", "1,3", "3,2", "4,4", "4,2"})
    void cachesOfEveryKind(int keys, int values) {
        compile("slots", "KEYS=" + keys, "VALUES=" + values);
    }

    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void kernelsOfEveryFormat(WeightFormat format) {
        if (format.inBlocks()) {
            compile("blocks", format.macro());
            return;
        }
        compile("weights", format.macro());
        compile("matvec", format.macro(), "ROWS=2", "TOKENS=1", "WARPS=24", "STAGES=3", "ALIGNED");
        compile("matvec", format.macro(), "ROWS=2", "TOKENS=2", "WARPS=24", "STAGES=3", "ALIGNED");
        if (format.plain()) {
            compile("matvec", format.macro(), "ROWS=2", "TOKENS=1", "WARPS=8", "STAGES=3", "SCALAR");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void attentionOverPagesOfEveryKind(int kind) {
        compile("attention", "KV=" + kind, "GROUP=1", "LANE_DIMS=4", "EXACT", "STAGED");
        compile("attention", "KV=" + kind, "GROUP=4", "LANE_DIMS=2", "ANY_DIMS", "DIRECT");
        compile("attention", "KV=" + kind, "GROUP=8", "LANE_DIMS=8", "EXACT", "STAGED");
        compile("flash", "KV=" + kind, "HEAD_DIM=64");
        compile("flash", "KV=" + kind, "HEAD_DIM=128");
    }

    @Test
    void aTextThatDoesNotCompileIsToldWithItsLine() {
        Nvrtc compiler = compiler();
        var e = assertThrows(
                LoupeException.class,
                () -> compiler.cubin("mine.cu", "__global__ void f() { x = 1; }", Kernels.options("sm_90", List.of())));
        assertTrue(e.getMessage().contains("mine.cu(1): error"), e.getMessage());
    }
}
