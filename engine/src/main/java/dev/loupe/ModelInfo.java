package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.model.Fit;
import dev.loupe.engine.model.Footprint;
import dev.loupe.engine.model.arch.Architectures;
import dev.loupe.engine.tensor.TensorInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What a model is, told from its files' headers alone: no weight is read.
 *
 * @param name what to call it
 * @param path file or folder
 * @param architecture {@code model_type}
 * @param licence as the files say it, empty if they don't
 * @param shape sizes of its blocks
 * @param context most tokens of a sequence
 * @param window "none", or how many positions a layer sees and which layers
 * @param rope how positions are told: base and scaling of the rotation, or ALiBi
 * @param dtypes what the tensors are stored as, by dtype id
 * @param diskBytes of all tensors in the files
 * @param footprint parameters and bytes by part, on disk and in memory
 * @param fit whether there is memory for it now
 * @param obstacle why it cannot be loaded whatever the memory, empty if nothing stands against it
 */
public record ModelInfo(
        String name,
        Path path,
        String architecture,
        Optional<String> licence,
        Shape shape,
        int context,
        String window,
        String rope,
        Map<String, Stored> dtypes,
        long diskBytes,
        Footprint footprint,
        Fit fit,
        Optional<String> obstacle) {
    /**
     * Sizes, named as in config.json's keys.
     *
     * @param experts of each layer, 0 for a plain feed-forward
     */
    public record Shape(
            int layers,
            int hidden,
            int intermediate,
            int heads,
            int kvHeads,
            int headDim,
            int vocabulary,
            int experts,
            int expertsPerToken) {
        private static Shape of(Config c) {
            int experts = c.integer("num_local_experts", 0);
            return new Shape(
                    c.numHiddenLayers(),
                    c.hiddenSize(),
                    c.intermediateSize(),
                    c.numAttentionHeads(),
                    c.numKeyValueHeads(),
                    c.headDim(),
                    c.vocabSize(),
                    experts,
                    experts == 0 ? 0 : c.integer("num_experts_per_tok"));
        }
    }

    /** How much of the files is of one dtype. */
    public record Stored(int tensors, long bytes) {
        private Stored plus(Stored other) {
            return new Stored(tensors + other.tensors, bytes + other.bytes);
        }
    }

    /**
     * Of a model's files.
     *
     * @param plan what it would run as
     * @param free bytes of memory there are
     */
    static ModelInfo of(ModelFiles files, DtypePlan plan, long free) {
        Config c = files.config();
        var dtypes = new TreeMap<String, Stored>();
        for (String name : files.tensorNames()) {
            TensorInfo tensor = files.tensorInfo(name);
            dtypes.merge(tensor.dtype().id(), new Stored(1, tensor.bytes()), Stored::plus);
        }
        return new ModelInfo(
                files.name(),
                files.path(),
                c.modelType(),
                files.licence(),
                Shape.of(c),
                c.maxPositionEmbeddings(),
                window(c),
                rope(c),
                dtypes,
                files.bytes(),
                Footprint.of(files, plan),
                Fit.of(files, plan, free),
                obstacle(c));
    }

    private static String window(Config c) {
        List<OptionalInt> sliding = IntStream.range(0, c.numHiddenLayers())
                .mapToObj(c::slidingWindow)
                .filter(OptionalInt::isPresent)
                .toList();
        if (sliding.isEmpty()) {
            return "none";
        }
        boolean all = sliding.size() == c.numHiddenLayers();
        return "%d tokens in %s"
                .formatted(
                        sliding.getFirst().getAsInt(),
                        all ? "all layers" : "%d of %d layers".formatted(sliding.size(), c.numHiddenLayers()));
    }

    private static String rope(Config c) {
        if (c.text("position_embedding").orElse("").equals("alibi")) {
            return "none (ALiBi)";
        }
        var text = new StringBuilder("theta ").append(plain(c.ropeTheta()));
        c.find("rope_local_base_freq")
                .ifPresent(local ->
                        text.append(", %s in sliding layers".formatted(plain(c.number("rope_local_base_freq")))));
        double share = c.number("partial_rotary_factor", 1);
        if (share != 1) {
            text.append(", %s of each head".formatted(share));
        }
        c.ropeScaling().ifPresent(scaling -> {
            text.append(", scaling ").append(scaling.text("rope_type").orElse("?"));
            scaling.find("factor").ifPresent(factor -> text.append(" x ").append(plain(scaling.number("factor"))));
            scaling.find("original_max_position_embeddings")
                    .ifPresent(context ->
                            text.append(" over ").append(plain(scaling.number("original_max_position_embeddings"))));
        });
        return text.toString();
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }

    private static Optional<String> obstacle(Config c) {
        try {
            Architectures.of(c.modelType());
            return Optional.empty();
        } catch (LoupeException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** Name, architecture, size and whether it fits, in one line. */
    @Override
    public String toString() {
        return "%s  %s, %,d parameters: %s".formatted(name, architecture, footprint.parameters(), fit);
    }
}
