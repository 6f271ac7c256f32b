package dev.loupe.engine.eval;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Nearest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * How a text is cut and which of its tokens count: perplexities by different conventions do not compare.
 *
 * <p>Invariant: a token is scored in at most one window.
 */
public enum Convention {
    /**
     * IPEX-LLM's: chunks one after the other, the first token of each replaced by BOS if the vocabulary has one, the
     * second half of each scored.
     */
    IPEX("ipex"),

    /**
     * llama-perplexity's: BOS before the text and in place of each chunk's first token only where the vocabulary adds
     * it; of a chunk of 512, tokens 257..511 are scored.
     */
    LLAMA_CPP("llama.cpp"),

    /**
     * Hugging Face's "Perplexity of fixed-length models" (huggingface.co/docs/transformers/perplexity): windows that
     * overlap by half, so that all but the first tokens are scored with at least half a window before them.
     */
    SLIDING("sliding");

    private final String id;

    Convention(String id) {
        this.id = id;
    }

    /** Its name, as in "ipex". */
    public String id() {
        return id;
    }

    /** Names of all. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(Convention::id).toList();
    }

    /** @throws LoupeException if there is none of this name */
    public static Convention parse(String name) {
        return Arrays.stream(values())
                .filter(convention -> convention.id.equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new LoupeException(
                        "There is no convention '%s'; %s".formatted(name, Nearest.remedy(name, ids()))));
    }

    /** How many windows a text of so many tokens fills. */
    public int fill(int tokens, int chunk) {
        if (tokens < chunk) {
            return 0;
        }
        return this == SLIDING ? 1 + (tokens - chunk) / (chunk / 2) : tokens / chunk;
    }

    /**
     * The first windows of a text.
     *
     * @param text its ids, without BOS
     * @param chunk tokens in a window, at least 4
     * @param windows how many, at most {@link #fill}
     * @param bos of the vocabulary
     * @param addsBos whether the model wants it before a text
     */
    List<Window> windows(int[] text, int chunk, int windows, OptionalInt bos, boolean addsBos) {
        boolean begun = this != IPEX && addsBos && bos.isPresent();
        int[] ids = text;
        if (begun) {
            ids = new int[text.length + 1];
            ids[0] = bos.getAsInt();
            System.arraycopy(text, 0, ids, 1, text.length);
        }
        var cut = new ArrayList<Window>();
        int step = this == SLIDING ? chunk / 2 : chunk;
        for (int w = 0; w < windows; w++) {
            int[] read = Arrays.copyOfRange(ids, w * step, w * step + chunk);
            switch (this) {
                case IPEX -> bos.ifPresent(id -> read[0] = id);
                case LLAMA_CPP -> read[0] = begun ? bos.getAsInt() : read[0];
                case SLIDING -> {}
            }
            cut.add(new Window(read, from(w, chunk)));
        }
        return cut;
    }

    private int from(int window, int chunk) {
        return switch (this) {
            case IPEX -> chunk / 2;
            case LLAMA_CPP -> chunk / 2 + 1;
            case SLIDING -> window == 0 ? 1 : chunk - chunk / 2;
        };
    }
}
