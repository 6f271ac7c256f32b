package dev.loupe.engine.format;

import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.tensor.TensorInfo;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

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

    /** Jinja text of the model's own chat template. */
    Optional<String> chatTemplate();

    /** Under which licence the model says it is, by the Hub's id ({@code apache-2.0}). */
    Optional<String> licence();

    /** Bytes on disk of all tensors. */
    long bytes();

    @Override
    void close();
}
