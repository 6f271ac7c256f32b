package dev.loupe.engine.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids of llama.cpp's vocabulary tests. */
class GgufTokenizerTest {
    @ParameterizedTest
    @ValueSource(strings = {"gpt-2", "llama-spm", "phi-3"})
    void everyText(String name) throws IOException {
        Tokenizer tokenizer = VocabularyFiles.tokenizer(name);
        List<VocabularyFiles.Case> cases = VocabularyFiles.cases(name);
        assertEquals(47, cases.size());
        for (VocabularyFiles.Case c : cases) {
            assertArrayEquals(c.ids(), tokenizer.encode(c.text()), () -> name + ": \"" + c.text() + "\"");
            assertEquals(c.text(), tokenizer.decode(c.ids()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-2", "llama-spm"})
    void aStreamShowsWholeCharactersOnly(String name) {
        Tokenizer tokenizer = VocabularyFiles.tokenizer(name);
        String text = " Führer 😶‍🌫️ កាន់ 🦙 天 x";
        Tokenizer.StreamingDecoder decoder = tokenizer.streamingDecoder();
        StringBuilder shown = new StringBuilder();
        for (int id : tokenizer.encode(text)) {
            shown.append(decoder.push(id));
            assertTrue(text.startsWith(shown.toString()), () -> "\"" + shown + "\" is no part of \"" + text + "\"");
        }
        assertEquals("", decoder.flush());
        assertEquals(text, shown.toString());
    }
}
