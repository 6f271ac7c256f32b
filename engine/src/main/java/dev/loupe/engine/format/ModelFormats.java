package dev.loupe.engine.format;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Opens a model whatever its format. Invariant: the content decides, not the name. */
public final class ModelFormats {
    private ModelFormats() {}

    /**
     * Opens a model.
     *
     * @param path a GGUF file (of a split one, any part), a Hugging Face folder, a file in it, or a folder with one
     *     GGUF
     * @throws LoupeException if it is no model, damaged or of a kind that is not supported
     */
    public static ModelFiles open(Path path) {
        if (Files.isDirectory(path)) {
            return openFolder(path);
        }
        String name = String.valueOf(path.getFileName());
        Path folder = path.toAbsolutePath().getParent();
        boolean inFolder = name.equals("config.json") || name.endsWith(".safetensors") || name.endsWith(".index.json");
        return inFolder && Files.exists(path) ? openFolder(folder) : GgufModel.open(path);
    }

    private static ModelFiles openFolder(Path folder) {
        if (HfFolder.recognises(folder)) {
            return HfFolder.open(folder);
        }
        List<Path> models = ggufFiles(folder);
        if (models.size() == 1) {
            return GgufModel.open(models.getFirst());
        }
        if (models.size() > 1) {
            String names = models.stream().map(p -> p.getFileName().toString()).collect(Collectors.joining(", "));
            throw new LoupeException("%s has several models; name one of its files: %s.".formatted(folder, names));
        }
        boolean pickled = Files.exists(folder.resolve("pytorch_model.bin"))
                || Files.exists(folder.resolve("pytorch_model.bin.index.json"));
        throw new LoupeException(
                pickled
                        ? "%s has its weights as pytorch_model.bin, which can run code when read; get the model as safetensors."
                                .formatted(folder)
                        : "%s has no model (config.json with model.safetensors, or a .gguf file); name a model's folder or file."
                                .formatted(folder));
    }

    /** GGUF files that begin a model, in alphabetical order; the further parts of a split one are not listed. */
    private static List<Path> ggufFiles(Path folder) {
        var files = new ArrayList<Path>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.gguf")) {
            for (Path file : found) {
                if (GgufParts.isFirst(file)) {
                    files.add(file);
                }
            }
        } catch (IOException e) {
            throw new LoupeException("%s cannot be listed; check its permissions.".formatted(folder), e);
        }
        files.sort(null);
        return files;
    }
}
