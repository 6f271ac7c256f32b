package dev.loupe.engine.eval;

import dev.loupe.engine.LoupeException;

/**
 * How a text is measured.
 *
 * @param convention how it is cut and scored
 * @param chunk tokens in a chunk
 * @param chunks how many at most; 0 for all that the text fills
 * @param reference dtypes to compare with, such as "fp16"; empty for none
 */
public record PerplexityOptions(Convention convention, int chunk, int chunks, String reference) {
    public PerplexityOptions {
        if (chunk < 4 || chunks < 0) {
            throw new LoupeException(
                    "Chunks of %,d tokens, %,d of them, cannot be measured; choose chunk=512 or another length of at least 4."
                            .formatted(chunk, chunks));
        }
    }

    /** IPEX-LLM's convention, without a reference. */
    public static PerplexityOptions of(int chunk, int chunks) {
        return new PerplexityOptions(Convention.IPEX, chunk, chunks, "");
    }

    /** The same with another reference. */
    public PerplexityOptions withReference(String reference) {
        return new PerplexityOptions(convention, chunk, chunks, reference);
    }
}
