package dev.loupe.engine.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/**
 * The shipped kernels are those of the texts. After a change of a text, write them anew:
 *
 * <pre>
 * ./loupe test -pl engine -Dtest=ShippedKernelsTest -Dloupe.kernels=write
 * </pre>
 */
class ShippedKernelsTest {
    private static final Path FILE = Path.of("src/main/resources/dev/loupe/engine/backend/cuda/kernels.zip")
            .toAbsolutePath();

    @Test
    void areOfTheTextsOfNow() throws IOException {
        if ("write".equals(System.getProperty("loupe.kernels"))) {
            write();
            return;
        }
        Set<String> expected =
                ShippedKernels.forms().stream().map(ShippedKernels.Form::entry).collect(Collectors.toSet());
        assertEquals(expected, ShippedKernels.load().names(), "write the kernels anew, as this class says");
    }

    @Test
    void areForOldDriversAndGpus() {
        for (var form : List.of(new ShippedKernels.Form("elementwise"), new ShippedKernels.Form("gemm"))) {
            byte[] ptx = ShippedKernels.load().ptx(form.file(), form.macros(), "cuda:0");
            String text = new String(ptx, StandardCharsets.US_ASCII);
            assertTrue(text.contains(".version 7.0"), text.substring(0, 200));
            assertTrue(text.contains(form.file().equals("gemm") ? ".target sm_80" : ".target sm_75"), form.file());
            assertEquals(0, ptx[ptx.length - 1], "ends with a zero");
        }
    }

    @Test
    void whatIsNotShippedSaysWhatItNeeds() {
        ShippedKernels shipped = ShippedKernels.load();
        List<String> macros = List.of("KV=0", "HEAD_DIM=96");
        String message = assertThrows(LoupeException.class, () -> shipped.ptx("flash", macros, "cuda:0"))
                .getMessage();
        assertTrue(message.contains("pip install nvidia-cuda-nvrtc"), message);
    }

    private static void write() throws IOException {
        Nvrtc compiler = Nvrtc.find().orElseThrow();
        try (var zip = new ZipOutputStream(Files.newOutputStream(FILE))) {
            zip.setLevel(Deflater.BEST_COMPRESSION);
            for (ShippedKernels.Form form : ShippedKernels.forms()) {
                byte[] ptx = compiler.ptx(form.file() + ".cu", Kernels.source(form.file()), form.options());
                String text = new String(ptx, StandardCharsets.US_ASCII)
                        .replaceAll("(?m)^\\s*(//|\\.pragma \"used_bytes_mask).*\\R|^\\s+|\0", "")
                        .replaceFirst("\\.version .*", ".version 7.0");
                var entry = new ZipEntry(form.entry());
                entry.setTime(0);
                zip.putNextEntry(entry);
                zip.write(text.getBytes(StandardCharsets.US_ASCII));
                zip.closeEntry();
            }
        }
    }
}
