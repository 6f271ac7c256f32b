package dev.loupe.engine.hub;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of a repository's files make the model: a description, a tokenizer and safetensors, or one GGUF.
 *
 * <p>Invariant: weights are wanted once, though many repositories have them in several formats.
 */
record WantedFiles(HubId id, Collection<String> names) {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";
    private static final Pattern PART = Pattern.compile("(.*)-\\d{5}-of-(\\d{5})\\.gguf");

    private static final Set<String> SMALL = Set.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer.model",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "chat_template.jinja");

    /** Reads a file that was downloaded. */
    @FunctionalInterface
    interface Reader {
        byte[] read(String name) throws IOException;
    }

    /** What has to be here before the rest is known: the index of sharded weights. */
    List<String> first() {
        return safetensors() && !names.contains(SINGLE) ? List.of(INDEX) : List.of();
    }

    /** All of them, the large ones last; {@code reader} gives what {@link #first()} brought. */
    List<String> all(Reader reader) {
        if (!safetensors()) {
            return gguf();
        }
        var wanted =
                new ArrayList<>(names.stream().filter(SMALL::contains).sorted().toList());
        wanted.addAll(names.contains(SINGLE) ? List.of(SINGLE) : shards(reader));
        return wanted;
    }

    private boolean safetensors() {
        return id.file().isEmpty()
                && names.contains("config.json")
                && (names.contains(SINGLE) || names.contains(INDEX));
    }

    private List<String> shards(Reader reader) {
        Set<String> shards;
        try {
            shards = shards(reader.read(INDEX));
        } catch (IOException e) {
            throw new LoupeException("%s of %s is damaged; load it again.".formatted(INDEX, id), e);
        }
        for (String shard : shards) {
            if (!HubCache.isSafe(shard) || !names.contains(shard)) {
                throw new LoupeException(
                        "%s lacks %s, which its index names; choose another model.".formatted(id, shard));
            }
        }
        return List.copyOf(shards);
    }

    /** The files that an index names. */
    static Set<String> shards(byte[] index) throws IOException {
        var shards = new TreeSet<String>();
        new JsonMapper().readTree(index).path("weight_map").forEach(shard -> shards.add(shard.asText()));
        return shards;
    }

    private List<String> gguf() {
        List<String> models = names.stream()
                .filter(name -> name.endsWith(".gguf") && HubCache.isSafe(name) && isFirst(name))
                .sorted()
                .toList();
        if (id.file().isPresent()) {
            String file = id.file().get();
            if (!names.contains(file)) {
                throw new LoupeException("%s has no file %s; use one of %s."
                        .formatted(
                                id.repository(),
                                file,
                                models.isEmpty() ? "another " + id.kind().noun() : String.join(", ", models)));
            }
            return parts(file);
        }
        if (models.isEmpty()) {
            throw new LoupeException(
                    "%s has neither safetensors with a config.json nor a GGUF file; choose another model."
                            .formatted(id));
        }
        if (models.size() > 1) {
            throw new LoupeException(
                    "%s has several models; name one as %s/FILE: %s.".formatted(id, id, String.join(", ", models)));
        }
        return parts(models.getFirst());
    }

    private static boolean isFirst(String name) {
        return !PART.matcher(name).matches() || name.contains("-00001-of-");
    }

    /** All parts of a split file. */
    private List<String> parts(String file) {
        Matcher part = PART.matcher(file);
        if (!part.matches()) {
            return List.of(file);
        }
        var parts = new ArrayList<String>();
        for (int i = 1; i <= Integer.parseInt(part.group(2)); i++) {
            String name = "%s-%05d-of-%s.gguf".formatted(part.group(1), i, part.group(2));
            if (!names.contains(name)) {
                throw new LoupeException("%s lacks %s; choose another model.".formatted(id.repository(), name));
            }
            parts.add(name);
        }
        return parts;
    }
}
