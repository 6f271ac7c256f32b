package dev.loupe;

import dev.loupe.engine.trace.Progress;

/** The front door: {@code var llm = Loupe.load("smollm2"); llm.dtype("sym_int4"); llm.generate("...");}. */
public final class Loupe {
    private Loupe() {}

    /**
     * Loads a model to run as it is stored, on the CPU.
     *
     * @param model a name ({@code smollm2}), a path of a GGUF file or Hugging Face folder, or a Hugging Face id in the
     *     local cache
     * @throws dev.loupe.engine.LoupeException with the remedy, if it is not found or not readable
     */
    public static Llm load(String model) {
        return load(model, Progress.NONE);
    }

    /** As {@link #load(String)}, telling how far it is. */
    public static Llm load(String model, Progress progress) {
        throw new UnsupportedOperationException("being written");
    }
}
