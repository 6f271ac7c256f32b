package dev.loupe.engine.model;

import dev.loupe.engine.format.Config;

/** How a family of models is composed of blocks; one short file each in {@code arch}. */
@FunctionalInterface
public interface Architecture {
    /**
     * Takes the weights by their Hugging Face names and composes the decoder.
     *
     * @throws dev.loupe.engine.LoupeException if the config asks for a variant that is not computed here
     */
    Decoder build(Config config, Weights weights);
}
