package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Kernels for machines that have NVIDIA's driver and no compiler: PTX of version 7.0 (CUDA 11), which the driver
 * translates for its GPU. There are fewer forms of each kernel than a compiler makes, so they are slower.
 *
 * <p>Invariant: an entry of {@code kernels.zip} is named by the text and options it was compiled from
 * ({@link Kernels#digest}), so one of another text is never found.
 */
final class ShippedKernels {
    private static final String FILE = "kernels.zip";
    private static final int[] HEAD_DIMS = {64, 128};

    private final Map<String, byte[]> entries;

    /** A kernel file with its macros, in an architecture whose PTX is shipped. */
    record Form(String file, List<String> macros) {
        Form(String file, String... macros) {
            this(file, List.of(macros));
        }

        /** Tensor cores that take fp16 came with 8.0. */
        List<String> options() {
            boolean tensorCores = file.equals("flash") || file.equals("gemm");
            return Kernels.options(tensorCores ? "compute_80" : "compute_75", macros);
        }

        /** Name of its entry. */
        String entry() {
            return Kernels.digest(Kernels.source(file), options()) + ".ptx";
        }
    }

    private ShippedKernels(Map<String, byte[]> entries) {
        this.entries = entries;
    }

    /** All that is shipped. */
    static List<Form> forms() {
        var forms = new ArrayList<Form>();
        forms.add(new Form("elementwise"));
        forms.add(new Form("top"));
        forms.add(new Form("convert"));
        forms.add(new Form("gemm"));
        for (WeightFormat format : WeightFormat.values()) {
            if (format.inBlocks()) {
                forms.add(new Form("blocks", format.macro()));
                continue;
            }
            forms.add(new Form("weights", format.macro()));
            for (int tokens : new int[] {1, 4}) {
                forms.add(matvec(format, tokens, "ALIGNED"));
                if (format.plain()) {
                    forms.add(matvec(format, tokens, "SCALAR"));
                }
            }
        }
        for (int kind = 0; kind <= 2; kind++) {
            forms.add(new Form("attention", "KV=" + kind));
            for (int group : new int[] {1, 8}) {
                for (int laneDims : new int[] {2, 4, 8}) {
                    forms.add(new Form(
                            "attention",
                            "KV=" + kind,
                            "GROUP=" + group,
                            "LANE_DIMS=" + laneDims,
                            "ANY_DIMS",
                            "DIRECT"));
                }
            }
            for (int headDim : HEAD_DIMS) {
                forms.add(new Form("flash", "KV=" + kind, "HEAD_DIM=" + headDim));
            }
        }
        for (int keys = 0; keys <= 4; keys++) {
            for (int values = 0; values <= 4; values++) {
                forms.add(new Form("slots", "KEYS=" + keys, "VALUES=" + values));
            }
        }
        return forms;
    }

    private static Form matvec(WeightFormat format, int tokens, String alignment) {
        return new Form("matvec", format.macro(), "ROWS=2", "TOKENS=" + tokens, "WARPS=8", "STAGES=3", alignment);
    }

    /** Most dimensions of a head that flash decoding is shipped for. */
    static final int MOST_HEAD_DIM = 256;

    /** Whether flash attention of heads of so many dimensions is shipped. */
    static boolean hasFlash(int headDim) {
        for (int shipped : HEAD_DIMS) {
            if (shipped == headDim) {
                return true;
            }
        }
        return false;
    }

    static ShippedKernels load() {
        var entries = new HashMap<String, byte[]>();
        try (InputStream in = ShippedKernels.class.getResourceAsStream(FILE)) {
            var zip = new ZipInputStream(in);
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), zip.readAllBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ShippedKernels(entries);
    }

    /** Names of the entries. */
    Set<String> names() {
        return entries.keySet();
    }

    /** The PTX of a form, ended by a zero as the driver takes it. */
    byte[] ptx(String file, List<String> macros, String device) {
        return Optional.ofNullable(entries.get(new Form(file, macros).entry()))
                .map(text -> Arrays.copyOf(text, text.length + 1))
                .orElseThrow(() -> new LoupeException(
                        "%s needs a kernel (%s %s) that only NVIDIA's compiler libnvrtc can make; install the CUDA toolkit, or pip install nvidia-cuda-nvrtc into Loupe's .venv."
                                .formatted(device, file, String.join(" ", macros))));
    }
}
