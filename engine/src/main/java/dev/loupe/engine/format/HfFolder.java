package dev.loupe.engine.format;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.tensor.TensorInfo;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.Progress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A model in a folder as Hugging Face's Hub and transformers write it: config.json and safetensors, in one file or
 * sharded with an index.
 *
 * <p>Invariant: weights stay in the mapped files. Baichuan's stacked {@code W_pack} is seen as the rows of q_proj,
 * k_proj and v_proj that it is, because GGUF stores these apart, each with its own dtype.
 */
public final class HfFolder implements ModelFiles {
    private static final String INDEX = "model.safetensors.index.json";
    private static final String SINGLE = "model.safetensors";
    private static final String HEAD = "lm_head.weight";
    private static final String STACKED = ".W_pack.weight";
    private static final List<String> STACKED_PARTS = List.of(".q_proj.weight", ".k_proj.weight", ".v_proj.weight");

    /** Where a tensor is; {@code third} is 0 to 2 in a stacked one, else -1. */
    private record Source(SafetensorsFile file, String name, int third) {}

    private final Path path;
    private final Config config;
    private final List<SafetensorsFile> files;
    private final Map<String, Source> sources = new LinkedHashMap<>();

    private HfFolder(
            Path path, Map<String, Object> json, Map<String, SafetensorsFile> files, Map<String, String> index) {
        this.path = path;
        this.files = List.copyOf(files.values());
        index.forEach((name, file) -> add(files.get(file), name));
        if (!sources.containsKey(HEAD)) {
            json.put("tie_word_embeddings", true);
        }
        this.config = new Config(json);
        if (config.tieWordEmbeddings()) {
            sources.remove(HEAD);
        }
    }

    /**
     * Opens a folder and checks its files' headers.
     *
     * @throws LoupeException saying what is missing or wrong
     */
    public static HfFolder open(Path folder) {
        Map<String, Object> json = JsonFile.read(folder.resolve("config.json"));
        var files = new LinkedHashMap<String, SafetensorsFile>();
        try {
            Map<String, String> index = new LinkedHashMap<>();
            if (Files.exists(folder.resolve(SINGLE)) || !Files.exists(folder.resolve(INDEX))) {
                files.put(SINGLE, SafetensorsFile.open(folder.resolve(SINGLE)));
                files.get(SINGLE).tensorNames().forEach(name -> index.put(name, SINGLE));
            } else {
                index.putAll(index(folder.resolve(INDEX)));
                index.values().forEach(shard -> files.computeIfAbsent(shard, name -> openShard(folder, name)));
            }
            return new HfFolder(folder, json, files, index);
        } catch (RuntimeException | Error e) {
            files.values().forEach(SafetensorsFile::close);
            throw e;
        }
    }

    /** Whether a folder has what {@link #open} reads. */
    static boolean recognises(Path folder) {
        return Files.exists(folder.resolve("config.json"))
                && (Files.exists(folder.resolve(SINGLE)) || Files.exists(folder.resolve(INDEX)));
    }

    /** Which tensor is in which file. */
    private static Map<String, String> index(Path path) {
        if (!(JsonFile.read(path).get("weight_map") instanceof Map<?, ?> map) || map.isEmpty()) {
            throw new LoupeException("%s has no weight_map; download it again.".formatted(path));
        }
        var index = new LinkedHashMap<String, String>();
        map.forEach((name, file) -> index.put(String.valueOf(name), String.valueOf(file)));
        return index;
    }

    private static SafetensorsFile openShard(Path folder, String name) {
        if (!name.matches("[\\w.-]{1,128}\\.safetensors")) {
            throw new LoupeException("%s names \"%s\", which is no safetensors file beside it; download it again."
                    .formatted(folder.resolve(INDEX), name.length() > 100 ? name.substring(0, 100) + "..." : name));
        }
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            throw new LoupeException("%s is missing; download the complete model.".formatted(file));
        }
        return SafetensorsFile.open(file);
    }

    private void add(SafetensorsFile file, String name) {
        if (!file.tensorNames().contains(name)) {
            throw new LoupeException(
                    "%s lacks tensor %s that %s promises; download both again.".formatted(file.path(), name, INDEX));
        }
        if (name.endsWith(STACKED)) {
            String prefix = name.substring(0, name.length() - STACKED.length());
            for (int third = 0; third < STACKED_PARTS.size(); third++) {
                put(prefix + STACKED_PARTS.get(third), new Source(file, name, third));
            }
        } else {
            put(name, new Source(file, name, -1));
        }
    }

    private void put(String name, Source source) {
        Source other = sources.put(name, source);
        if (other != null) {
            throw new LoupeException("%s and %s both have tensor %s; download the model again."
                    .formatted(other.file().path(), source.file().path(), name));
        }
    }

    /** The Hub's id if this is its cache ({@code models--org--name/snapshots/revision}), else the folder's name. */
    @Override
    public String name() {
        Path absolute = path.toAbsolutePath().normalize();
        Path repository = absolute.getNameCount() < 3 ? null : absolute.getName(absolute.getNameCount() - 3);
        return repository != null && repository.toString().startsWith("models--")
                ? repository.toString().substring("models--".length()).replaceFirst("--", "/")
                : String.valueOf(absolute.getFileName());
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Config config() {
        return config;
    }

    @Override
    public Set<String> tensorNames() {
        return Collections.unmodifiableSet(sources.keySet());
    }

    @Override
    public TensorInfo tensorInfo(String name) {
        Source source = source(name);
        TensorInfo info = source.file().info(source.name());
        return source.third() < 0
                ? info
                : new TensorInfo(
                        new Shape(third(info.shape(), source), info.shape().at(1)), info.dtype());
    }

    @Override
    public Tensor tensor(String name, Arena arena) {
        Source source = source(name);
        Tensor tensor = source.file().tensor(source.name());
        if (source.third() >= 0) {
            long rows = third(tensor.shape(), source);
            tensor = tensor.rows(source.third() * rows, (source.third() + 1) * rows);
        }
        return aligned(tensor, arena);
    }

    private Source source(String name) {
        Source source = sources.get(name);
        if (source == null) {
            throw new LoupeException("%s has no tensor %s; get the complete model.".formatted(path, name));
        }
        return source;
    }

    /** Rows of each part of a stack of three. */
    private static long third(Shape stacked, Source source) {
        if (stacked.rank() != 2 || stacked.at(0) % 3 != 0) {
            throw new LoupeException("%s is damaged: tensor %s of shape %s is no stack of three; download it again."
                    .formatted(source.file().path(), source.name(), stacked));
        }
        return stacked.at(0) / 3;
    }

    /** Copied only where a file's header has an odd length, so that its numbers lie across the machine's words. */
    private static Tensor aligned(Tensor tensor, Arena arena) {
        MemorySegment data = tensor.data();
        if (data.address() % tensor.dtype().blockBytes() == 0) {
            return tensor;
        }
        MemorySegment copy = arena.allocate(data.byteSize(), Long.BYTES).copyFrom(data);
        return new Tensor(tensor.shape(), tensor.dtype(), copy);
    }

    @Override
    public void save(Path target, Function<String, DType> dtypes, Cancellation cancellation, Progress progress) {
        throw new LoupeException(
                "%s is no GGUF file, and only a model from one can be saved as one; convert the folder first with llama.cpp's convert_hf_to_gguf.py."
                        .formatted(path));
    }

    /** From chat_template.jinja, as transformers writes it now, else from tokenizer_config.json. */
    @Override
    public Optional<String> chatTemplate() {
        Path own = path.resolve("chat_template.jinja");
        if (Files.exists(own)) {
            try {
                return Optional.of(Files.readString(own, StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new LoupeException("%s cannot be read as UTF-8 text; download it again.".formatted(own), e);
            }
        }
        return JsonFile.readIfThere(path.resolve("tokenizer_config.json"))
                .flatMap(json -> template(json.get("chat_template")));
    }

    /** One template, or a list of named ones of which "default" is for chat. */
    private static Optional<String> template(Object value) {
        if (value instanceof List<?> named) {
            return named.stream()
                    .filter(entry -> entry instanceof Map<?, ?> map && "default".equals(map.get("name")))
                    .findFirst()
                    .flatMap(entry -> template(((Map<?, ?>) entry).get("template")));
        }
        return value instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** From the front matter of README.md, the Hub's model card. */
    @Override
    public Optional<String> licence() {
        return ModelCard.licence(path.resolve("README.md"));
    }

    @Override
    public long bytes() {
        return files.stream().mapToLong(SafetensorsFile::bytes).sum();
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }
}
