package dev.loupe.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.trace.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextsTest {
    @TempDir
    Path folder;

    @Test
    void primerIsPlainProseOfTheStatedLength() {
        Text primer = Texts.primer();
        int bytes = primer.content().getBytes(StandardCharsets.UTF_8).length;
        assertTrue(bytes >= 30_000 && bytes <= 60_000, "bytes: " + bytes);
        assertTrue(primer.content().chars().allMatch(c -> c == '\n' || c >= ' ' && c <= '~'), "plain ASCII");
        assertFalse(primer.toString().contains(primer.content()), "a shown text must not flood the notebook");
    }

    @Test
    void fileIsReadAsItIs() throws IOException {
        Text text = Texts.file(write("notes.txt", "Grüße, 世界\nline two".getBytes(StandardCharsets.UTF_8)));
        assertEquals("Grüße, 世界\nline two", text.content());
        assertEquals("notes.txt", text.name());
    }

    @Test
    void byteOrderMarkAndWindowsLineEndsDoNotReachTheTokenizer() throws IOException {
        Path file = write("windows.txt", "\uFEFFone\r\ntwo\r\n".getBytes(StandardCharsets.UTF_8));
        assertEquals("one\ntwo\n", Texts.file(file).content());
    }

    @Test
    void badUtf8NamesTheByte() throws IOException {
        assertMessage(
                () -> Texts.file(write("latin1.txt", "caf\u00e9 au lait".getBytes(StandardCharsets.ISO_8859_1))),
                "byte 3 is 0xE9",
                "convert it");
        assertMessage(() -> Texts.file(write("cut.txt", new byte[] {'a', (byte) 0xE4, (byte) 0xB8})), "byte 1 is 0xE4");
        assertMessage(
                () -> Texts.file(write("surrogate.txt", new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80})),
                "byte 0 is 0xED");
    }

    @Test
    void missingEmptyAndFolderSayWhatToDo() throws IOException {
        assertMessage(() -> Texts.file(folder.resolve("nowhere.txt")), "There is no file", "check the path");
        assertMessage(() -> Texts.file(write("empty.txt", new byte[0])), "holds no text");
        assertMessage(() -> Texts.file(folder), "is a folder");
        assertMessage(() -> Texts.of("primmer", Progress.NONE), "There is no file primmer");
        assertMessage(() -> Texts.of("a\0b", Progress.NONE), "name primer, wikitext2, or a file's path");
    }

    @Test
    void namesOfTexts() throws IOException {
        assertEquals(Texts.primer(), Texts.of("primer", Progress.NONE));
        Path file = write("own.txt", "own".getBytes(StandardCharsets.UTF_8));
        assertEquals("own", Texts.of(file.toString(), Progress.NONE).content());
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private interface Reading {
        Text read() throws IOException;
    }

    private static void assertMessage(Reading reading, String... parts) {
        String message = assertThrows(LoupeException.class, reading::read).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
        assertTrue(message.endsWith("."), message);
    }
}
