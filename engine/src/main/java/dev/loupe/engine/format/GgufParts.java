package dev.loupe.engine.format;

import dev.loupe.engine.LoupeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a GGUF model that {@code gguf-split} cut ({@code name-00001-of-00003.gguf}): the first has the metadata,
 * each has tensors.
 *
 * <p>Invariant: all parts are there, say that they are, and no tensor is in two of them.
 */
final class GgufParts {
    private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

    private GgufParts() {}

    /** Whether a file is a whole model, or the part to open for it. */
    static boolean isFirst(Path path) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        return !name.matches() || Integer.parseInt(name.group(2)) == 1;
    }

    /**
     * Opens the files of a model, the first part first.
     *
     * @param path the only file, or any part
     */
    static List<GgufFile> open(Path path) {
        var files = new ArrayList<GgufFile>();
        try {
            files.add(GgufFile.open(path));
            long count = number(files.getFirst(), "split.count");
            if (count > 1) {
                files.removeFirst().close();
                openAll(path, count, files);
            }
            return files;
        } catch (RuntimeException | Error e) {
            files.forEach(GgufFile::close);
            throw e;
        }
    }

    private static void openAll(Path path, long count, List<GgufFile> files) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        if (!name.matches() || Long.parseLong(name.group(3)) != count) {
            throw new LoupeException(
                    "%s is one of %d parts of a model; give it back its name, which ends in -00001-of-%05d.gguf."
                            .formatted(path, count, count));
        }
        Set<String> tensors = new HashSet<>();
        for (int part = 0; part < count; part++) {
            Path file = path.resolveSibling("%s-%05d-of-%05d.gguf".formatted(name.group(1), part + 1, count));
            if (!Files.exists(file)) {
                throw new LoupeException("%s is missing; download all %d parts.".formatted(file, count));
            }
            files.add(GgufFile.open(file));
            GgufFile opened = files.getLast();
            if (number(opened, "split.count") != count || number(opened, "split.no") != part) {
                throw new LoupeException(
                        "%s says that it is another part than its name; download it again.".formatted(file));
            }
            for (String tensor : opened.tensors().keySet()) {
                if (!tensors.add(tensor)) {
                    throw new LoupeException("%s has tensor %s, as an earlier part has; download all parts again."
                            .formatted(file, tensor));
                }
            }
        }
        long promised = number(files.getFirst(), "split.tensors.count");
        if (promised != 0 && promised != tensors.size()) {
            throw new LoupeException("%s promises %d tensors in its parts, which have %d; download all parts again."
                    .formatted(files.getFirst().path(), promised, tensors.size()));
        }
    }

    private static long number(GgufFile file, String key) {
        Map<String, Object> metadata = file.metadata();
        return metadata.get(key) instanceof Long value ? value : 0;
    }
}
