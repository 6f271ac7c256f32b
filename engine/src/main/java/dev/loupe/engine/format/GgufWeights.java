package dev.loupe.engine.format;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.GgufArchitecture.Change;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.tensor.TensorInfo;
import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tensors of a GGUF model under Hugging Face's names.
 *
 * <p>Invariant: every tensor of the files is found under exactly one name (a stack of experts under one for each); one
 * that the architecture does not know keeps GGUF's name, so that whoever builds the model can see it.
 */
final class GgufWeights {
    /** An optional layer, what it is, an optional expert, and which part: {@code blk.0.ffn_up.3.weight}. */
    private static final Pattern NAME =
            Pattern.compile("(?:blk\\.(\\d{1,6})\\.)?([a-z_]\\w*)(?:\\.(\\d{1,6}))?\\.(weight|bias)");

    private record Source(GgufFile file, GgufTensor tensor, GgufLayout layout) {}

    private final Map<String, Source> sources = new LinkedHashMap<>();

    GgufWeights(List<GgufFile> files, GgufArchitecture architecture, Config config) {
        for (GgufFile file : files) {
            for (GgufTensor tensor : file.tensors().values()) {
                add(file, tensor, architecture, config);
            }
        }
    }

    private void add(GgufFile file, GgufTensor tensor, GgufArchitecture architecture, Config config) {
        Matcher parts = NAME.matcher(tensor.name());
        if (GgufConfig.ROPE_TENSORS.contains(tensor.name())) {
            return;
        }
        String stem = parts.matches() ? stem(parts) : "";
        String name = architecture.names().get(stem);
        if (name == null) {
            put(tensor.name(), new Source(file, tensor, new GgufLayout.Unchanged()));
            return;
        }
        if (parts.group(1) != null) {
            name = name.replace("#", parts.group(1));
        }
        name += "." + parts.group(4);
        Change change = architecture.changes().get(stem);
        if (change == Change.EXPERTS) {
            for (int i = 0; i < tensor.shape().at(0); i++) {
                put(name.replace("@", "" + i), new Source(file, tensor, new GgufLayout.Expert(i)));
            }
        } else {
            String unique = parts.group(3) == null ? name : name.replace("@", parts.group(3));
            put(unique, new Source(file, tensor, layout(change, config)));
        }
    }

    private static String stem(Matcher parts) {
        return (parts.group(1) == null ? "" : "blk.#.") + parts.group(2) + (parts.group(3) == null ? "" : ".@");
    }

    private static GgufLayout layout(Change change, Config config) {
        return switch (change) {
            case QUERY_HEADS -> new GgufLayout.InterleavedHeads(config.numAttentionHeads());
            case KEY_HEADS -> new GgufLayout.InterleavedHeads(config.numKeyValueHeads());
            case ONE_PLUS -> new GgufLayout.OnePlus();
            case null, default -> new GgufLayout.Unchanged();
        };
    }

    private void put(String name, Source source) {
        if (!source.layout().fits(source.tensor().shape())) {
            throw new LoupeException("%s is a damaged GGUF file: tensor %s cannot have the shape %s; download it again."
                    .formatted(
                            source.file().path(),
                            source.tensor().name(),
                            source.tensor().shape()));
        }
        if (sources.put(name, source) != null) {
            throw new LoupeException("%s is a damaged GGUF file: it has tensor %s twice; download it again."
                    .formatted(source.file().path(), source.tensor().name()));
        }
    }

    /** Hugging Face's names, in the files' order. */
    Set<String> names() {
        return Collections.unmodifiableSet(sources.keySet());
    }

    /** Shape and dtype of {@link #tensor}, or null if there is none of this name. */
    TensorInfo info(String name) {
        Source source = sources.get(name);
        return source == null ? null : source.layout().undone(source.tensor().info());
    }

    /** Hugging Face's name of each tensor; of a stack of experts that of the first. */
    Map<GgufTensor, String> stored() {
        var stored = new LinkedHashMap<GgufTensor, String>();
        sources.forEach((name, source) -> stored.putIfAbsent(source.tensor(), name));
        return stored;
    }

    /** A tensor in Hugging Face's layout, or null if there is none of this name. */
    Tensor tensor(String name, Arena arena) {
        Source source = sources.get(name);
        return source == null ? null : source.layout().undo(source.file().tensor(source.tensor()), arena);
    }
}
