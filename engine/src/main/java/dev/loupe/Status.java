package dev.loupe;

import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.trace.MemoryUse;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is loaded and how it runs now.
 *
 * @param model name
 * @param architecture model_type
 * @param parameters number of weights
 * @param storedDtype dtype (or mix) of the file
 * @param dtype dtype it runs as
 * @param device device id
 * @param backend what computes there, e.g. "Vector API, 512 bits"
 * @param threads threads used
 * @param attention how attention runs and what the cache keeps: "flash, cache fp16"
 * @param contextLength most tokens of a session
 * @param cachedTokens tokens in the session's cache
 * @param memory ledger
 * @param sampling the defaults of the next generation
 * @param speculate what drafts, as asked for, with its memory; "off" for nothing
 * @param notes anything that runs otherwise than asked: tensors kept in another dtype, slow paths, fallbacks
 */
public record Status(
        String model,
        String architecture,
        long parameters,
        String storedDtype,
        String dtype,
        String device,
        String backend,
        int threads,
        String attention,
        int contextLength,
        int cachedTokens,
        MemoryUse memory,
        GenerateOptions sampling,
        String speculate,
        List<String> notes) {
    public Status {
        notes = List.copyOf(notes);
    }

    static Status of(
            ModelFiles files, Placement placement, int cachedTokens, GenerateOptions sampling, Drafting drafting) {
        return new Status(
                files.name(),
                files.config().modelType(),
                Dtypes.parameters(files),
                Dtypes.stored(files),
                Dtypes.mix(placement.model()),
                placement.backend().device(),
                placement.backend().description(),
                placement.backend().threads(),
                placement.attentionWords(),
                placement.contextLength(),
                cachedTokens,
                placement.ledger().snapshot(),
                sampling,
                drafting.describe(),
                Stream.concat(placement.notes().stream(), drafting.notes().stream())
                        .toList());
    }

    /** Model, dtype and device, in one line. */
    @Override
    public String toString() {
        return "%s as %s on %s".formatted(model, dtype, device);
    }
}
