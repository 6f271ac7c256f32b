package dev.loupe.engine.tokenizer;

import dev.loupe.engine.Shared;
import dev.loupe.engine.format.GgufModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** llama.cpp's vocabulary tests: a GGUF without weights, texts, and the ids of each text. */
final class VocabularyFiles {
    private VocabularyFiles() {}

    /** A text and its ids. */
    record Case(String text, int[] ids) {}

    static Tokenizer tokenizer(String name) {
        try (GgufModel model = GgufModel.open(Shared.path("reference/tokenizers/ggml-vocab-" + name + ".gguf"))) {
            return Tokenizers.fromGguf(model.metadata());
        }
    }

    static List<Case> cases(String name) throws IOException {
        Path folder = Shared.path("reference/tokenizers");
        String texts = Files.readString(folder.resolve("ggml-vocab-" + name + ".gguf.inp"));
        String[] lines = Files.readString(folder.resolve("ggml-vocab-" + name + ".gguf.out"))
                .split("\n", -1);
        String[] parts = texts.split("\n__ggml_vocab_test__\n", -1);
        return IntStream.range(0, parts.length)
                .mapToObj(i -> new Case(parts[i], ids(lines[i])))
                .toList();
    }

    private static int[] ids(String line) {
        return Arrays.stream(line.strip().split(" "))
                .filter(id -> !id.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
    }
}
