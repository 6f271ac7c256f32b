package dev.loupe.engine.format;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.tensor.TensorInfo;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.Progress;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A model in a GGUF file, or in the parts of a split one (github.com/ggml-org/ggml/blob/master/docs/gguf.md).
 *
 * <p>Invariant: opening checks the whole header; a file of an architecture that is not known can be opened for its
 * metadata, and fails by name when its config or tensors are asked for.
 */
public final class GgufModel implements ModelFiles {
    /** A name that can be shown in a line. */
    private static final Pattern SHOWN = Pattern.compile("(?=.*\\S)\\P{Cntrl}{1,200}");

    /** What follows the model in a file's name: dtype, part, ending. */
    private static final Pattern QUANTISATION = Pattern.compile(
            "([.-](I?Q\\d\\w*|B?F16|F32|MXFP4))?(-\\d{5}-of-\\d{5})?\\.gguf$", Pattern.CASE_INSENSITIVE);

    private final Path path;
    private final List<GgufFile> files;
    private Config config;
    private GgufWeights weights;

    private GgufModel(Path path, List<GgufFile> files) {
        this.path = path;
        this.files = files;
    }

    /**
     * Opens and checks a file, memory-mapped.
     *
     * @throws LoupeException saying what is wrong with it
     */
    public static GgufModel open(Path path) {
        return new GgufModel(path, GgufParts.open(path));
    }

    /**
     * The file's metadata by key: integers as Long, floats as Double, Boolean, String; arrays as List of String, int[],
     * long[] (if a value exceeds int), float[], double[].
     */
    public Map<String, Object> metadata() {
        return files.getFirst().metadata();
    }

    @Override
    public String name() {
        return QUANTISATION.matcher(path.getFileName().toString()).replaceFirst("");
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public synchronized Config config() {
        if (config == null) {
            architecture();
            config = GgufConfig.read(path, metadata(), this::stored);
        }
        return config;
    }

    private GgufArchitecture architecture() {
        String name = GgufConfig.architecture(path, metadata());
        return GgufArchitecture.of(name)
                .orElseThrow(() -> new LoupeException(
                        "%s holds a model of the architecture '%s', which is not supported; use one of %s."
                                .formatted(
                                        path, SHOWN.matcher(name).matches() ? name : "?", GgufArchitecture.known())));
    }

    private Tensor stored(String name) {
        for (GgufFile file : files) {
            GgufTensor tensor = file.tensors().get(name);
            if (tensor != null) {
                return file.tensor(tensor);
            }
        }
        return null;
    }

    private synchronized GgufWeights weights() {
        if (weights == null) {
            weights = new GgufWeights(files, architecture(), config());
        }
        return weights;
    }

    @Override
    public Set<String> tensorNames() {
        return weights().names();
    }

    @Override
    public TensorInfo tensorInfo(String name) {
        return there(name, weights().info(name));
    }

    @Override
    public Tensor tensor(String name, Arena arena) {
        return there(name, weights().tensor(name, arena));
    }

    private <T> T there(String name, T tensor) {
        if (tensor == null) {
            throw new LoupeException("%s has no tensor %s; get the complete model.".formatted(path, name));
        }
        return tensor;
    }

    @Override
    public void save(Path target, Function<String, DType> dtypes, Cancellation cancellation, Progress progress) {
        new GgufSave(files, weights().stored(), dtypes).write(target, cancellation, progress);
    }

    @Override
    public Optional<String> chatTemplate() {
        return metadata().get("tokenizer.chat_template") instanceof String template
                ? Optional.of(template)
                : Optional.empty();
    }

    @Override
    public Optional<String> licence() {
        return metadata().get("general.license") instanceof String licence
                        && SHOWN.matcher(licence).matches()
                ? Optional.of(licence)
                : Optional.empty();
    }

    @Override
    public long bytes() {
        return files.stream()
                .flatMap(file -> file.tensors().values().stream())
                .mapToLong(GgufTensor::bytes)
                .sum();
    }

    @Override
    public void close() {
        files.forEach(GgufFile::close);
    }
}
