package dev.loupe.kernel.cli;

import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.engine.trace.Progress;
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

    @Option(names = "--device", paramLabel = "V", description = "where it computes (cpu)")
    private String device;

    @Option(names = "--threads", paramLabel = "N", description = "threads on the CPU (all cores)")
    private Integer threads;

    /** Loads the model as asked; says on the terminal what runs otherwise than asked. */
    Llm load(Terminal terminal) {
        Progress progress = terminal.progress();
        Llm llm = Loupe.load(model, "", progress);
        try {
            if (threads != null) {
                llm.threads(threads);
            }
            if (device != null) {
                llm.device(device);
            }
            if (dtype != null) {
                llm.dtype(dtype, progress);
            }
            llm.status().notes().forEach(note -> terminal.err().println("note: " + note));
            return llm;
        } catch (RuntimeException e) {
            llm.close();
            throw e;
        }
    }
}
