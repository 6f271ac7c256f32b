package dev.loupe.kernel.cli;

import dev.loupe.Arguments;
import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.engine.ops.Activations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import picocli.CommandLine.Option;

/** The options of every command that runs a model: which one, as what, where. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "NAME|PATH",
            defaultValue = "smollm2",
            description = "name, GGUF file or folder of a model (${DEFAULT-VALUE})")
    private String model;

    @Option(
            names = "--dtype",
            paramLabel = "D",
            description = "convert the weights: fp16, sym_int8, sym_int4, ... (as stored)")
    private String dtype;

    @Option(
            names = "--device",
            paramLabel = "V",
            description = "where it computes: cpu, cuda, opencl, auto, \"cuda layers=20\" (cpu)")
    private String device;

    @Option(names = "--threads", paramLabel = "N", description = "threads on the CPU (all cores)")
    private Integer threads;

    @Option(
            names = "--activations",
            paramLabel = "A",
            description = "how activations enter products: fp32; int8, faster, with weights of integers; q8, rounded as"
                    + " llama.cpp does (fp32)")
    private String activations;

    /** Loads the model as asked; says on the terminal what runs otherwise than asked. */
    Llm load(Terminal terminal) {
        return load(terminal, new StringJoiner(" "));
    }

    /** As above, ready sooner: the kernels are compiled while the first tokens are computed. */
    Llm loadCold(Terminal terminal) {
        return load(terminal, new StringJoiner(" ").add("cold"));
    }

    private Llm load(Terminal terminal, StringJoiner options) {
        add(options, "dtype", dtype);
        add(options, "device", device);
        add(options, "threads", threads);
        Llm llm = Loupe.load(model, options.toString(), terminal.progress());
        if (activations != null) {
            activate(llm);
        }
        llm.status().notes().forEach(note -> terminal.err().println("note: " + note));
        return llm;
    }

    private void activate(Llm llm) {
        try {
            llm.activations(activations);
        } catch (RuntimeException | Error e) {
            llm.close();
            throw e;
        }
    }

    /** These options as another command of ours takes them. */
    List<String> words() {
        var words = new ArrayList<>(List.of("--model", model));
        addWord(words, "--dtype", dtype);
        addWord(words, "--device", device);
        addWord(words, "--threads", threads);
        addWord(words, "--activations", activations);
        return words;
    }

    /** The dtype asked for, or another. */
    String dtype(String otherwise) {
        return dtype == null ? otherwise : dtype;
    }

    /** The device asked for, or the cpu. */
    String device() {
        return device == null ? "cpu" : device;
    }

    /** How activations are asked to enter products. */
    Activations activations() {
        return activations == null ? Activations.FP32 : Activations.parse(activations);
    }

    /** Threads asked for, or one a core. */
    int threads() {
        return threads == null ? Devices.defaultThreads() : threads;
    }

    /** Where the model lies. */
    Path file(Terminal terminal) {
        return ModelStore.findOrDownload(model, terminal.progress());
    }

    /** Whether the weights are converted. */
    boolean converts() {
        return dtype != null;
    }

    private static void addWord(List<String> words, String name, Object value) {
        if (value != null) {
            words.addAll(List.of(name, value.toString()));
        }
    }

    private static void add(StringJoiner options, String name, Object value) {
        if (value != null) {
            options.add(name + "=" + Arguments.quote(value.toString()));
        }
    }
}
