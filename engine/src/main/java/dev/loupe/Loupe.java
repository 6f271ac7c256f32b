package dev.loupe;

import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.chat.Prompts;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.format.ModelFormats;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.trace.Progress;
import dev.loupe.engine.trace.SystemMemory;
import java.util.List;

/** The front door: {@code var llm = Loupe.load("smollm2"); llm.dtype("sym_int4"); llm.generate("...");}. */
public final class Loupe {
    /** Options of loading in the magics' syntax, with what they do. */
    public static final List<Option> OPTIONS = List.of(
            Option.named("dtype", "D", "convert the weights to this dtype, or \"D embed=D head=D\" (as stored)"),
            Option.named("device", "V", "where to compute: cpu, opencl, auto (cpu)"),
            Option.named("threads", "N", "threads on the cpu (one a core)"),
            Option.flag("cold", "do not wait until Java has compiled the kernels: ready sooner, first tokens slower"));

    private Loupe() {}

    /**
     * Begins with what a first generation on the CPU needs whatever the model, on a thread of its own. For a program
     * that is about to read its options, in a JVM started with an AOT cache and {@code -XX:+AOTCompileEagerly}; in
     * another, {@link #load} does better by itself.
     */
    public static void prepare() {
        KernelWarmUp.prepare();
    }

    /**
     * Loads a model to run as it is stored, on the CPU.
     *
     * @param model a name ({@code smollm2}), a path of a GGUF file or Hugging Face folder, or a Hugging Face id
     *     ({@code org/name}), which is downloaded unless it is in the local cache
     * @throws dev.loupe.engine.LoupeException with the remedy, if it is not found or not readable
     */
    public static Llm load(String model) {
        return load(model, "");
    }

    /** As {@link #load(String)}, telling how far it is. */
    public static Llm load(String model, Progress progress) {
        return load(model, "", progress);
    }

    /** As {@link #load(String)}, with options in the magics' syntax: "dtype=sym_int4 threads=2". */
    public static Llm load(String model, String options) {
        return load(model, options, Progress.NONE);
    }

    /** As above, telling how far it is. */
    public static Llm load(String model, String options, Progress progress) {
        Arguments arguments = Arguments.parse(options, OPTIONS);
        arguments.positionals(0, "dtype=sym_int4 threads=2");
        return load(model, arguments, progress);
    }

    /** As above, with those of {@link #OPTIONS} that the arguments name. */
    public static Llm load(String model, Arguments arguments, Progress progress) {
        var dtypes = DtypeRequest.parse(arguments.find("dtype").orElse("stored"));
        String device = arguments.find("device").orElse("cpu");
        int threads = (int) arguments.integer("threads", Devices.defaultThreads(), 1, Integer.MAX_VALUE);
        DeviceRequest.parse(device);
        ModelFiles files = ModelFormats.open(ModelStore.findOrDownload(model, progress));
        try {
            DtypePlan plan = dtypes.resolve(files);
            try (var kernels = KernelWarmUp.begin(files, plan, device)) {
                return new Llm(files, plan, device, threads, arguments.has("cold"), progress);
            }
        } catch (RuntimeException | Error e) {
            files.close();
            throw e;
        }
    }

    /**
     * What a model is and whether it would fit, from its files' headers; nothing is loaded.
     *
     * @param model as {@link #load(String)} takes it
     */
    public static ModelInfo info(String model) {
        return info(model, Arguments.parse("", OPTIONS), Progress.NONE);
    }

    /** As above, as it would be loaded with these of {@link #OPTIONS}, telling how far a download is. */
    public static ModelInfo info(String model, Arguments arguments, Progress progress) {
        var dtypes = DtypeRequest.parse(arguments.find("dtype").orElse("stored"));
        try (ModelFiles files = ModelFormats.open(ModelStore.findOrDownload(model, progress))) {
            return ModelInfo.of(files, dtypes.resolve(files), SystemMemory.available());
        }
    }

    /**
     * How a model reads text: its tokenizer and chat template, without its weights.
     *
     * @param model as {@link #load(String)} takes it
     */
    public static Prompts prompts(String model) {
        return prompts(model, Progress.NONE);
    }

    /** As above, telling how far a download is. */
    public static Prompts prompts(String model, Progress progress) {
        try (ModelFiles files = ModelFormats.open(ModelStore.findOrDownload(model, progress))) {
            return Prompts.of(files, ModelTokenizer.of(files));
        }
    }
}
