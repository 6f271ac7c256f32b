package dev.loupe.engine.format;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.tensor.TensorInfo;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.Progress;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A model as it lies on disk, whatever the format: Hugging Face's names, Hugging Face's layouts.
 *
 * <p>What a format changes (GGUF's permuted q and k, Gemma's norm + 1, reversed dimensions) is undone here and nowhere
 * else. One name differs from the Hub's on purpose: Baichuan's stacked {@code W_pack} is its q_proj, k_proj and v_proj,
 * because GGUF stores these with a dtype each. Tensors stay in the memory-mapped file where their bytes need no change.
 * Closing unmaps.
 */
public sealed interface ModelFiles extends AutoCloseable permits GgufModel, HfFolder {
    /** What to call the model: the file's name without its dtype and part, which people know it by, or the folder's. */
    String name();

    /** The file or folder. */
    Path path();

    /** The architecture's values, by their names in Hugging Face's config.json. */
    Config config();

    /** Names of all tensors, as in Hugging Face's checkpoint ({@code model.layers.0.self_attn.q_proj.weight}). */
    Set<String> tensorNames();

    /**
     * Shape and dtype of the tensor that {@link #tensor} gives, without reading a byte of it.
     *
     * @throws dev.loupe.engine.LoupeException if there is no such tensor, or none that the engine has a dtype for
     */
    TensorInfo tensorInfo(String name);

    /**
     * A tensor in Hugging Face's layout, shape outermost first.
     *
     * @param arena owns the bytes if they had to be rearranged; a tensor that needs no change is a view of the file and
     *     lives as long as this object
     * @throws dev.loupe.engine.LoupeException if there is no such tensor
     */
    Tensor tensor(String name, Arena arena);

    /**
     * Writes the model as one GGUF file that llama.cpp reads, with the values that loading it with these dtypes gives.
     *
     * <p>The file comes into being whole, under a temporary name first; one of the same name is replaced.
     *
     * @param dtypes of each matrix, by its Hugging Face name
     * @throws dev.loupe.engine.LoupeException with the remedy if a dtype is none of GGUF's, the target is the model's
     *     own file, or it cannot be written
     */
    void save(Path target, Function<String, DType> dtypes, Cancellation cancellation, Progress progress);

    /** Jinja text of the model's own chat template. */
    Optional<String> chatTemplate();

    /** Under which licence the model says it is, by the Hub's id ({@code apache-2.0}). */
    Optional<String> licence();

    /** Bytes on disk of all tensors. */
    long bytes();

    @Override
    void close();
}
