package dev.loupe.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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
        assertMessage(() -> Texts.of("primmer"), "There is no file primmer");
        assertMessage(() -> Texts.of("a\0b"), "name primer, wikitext2, or a file's path");
    }

    @Test
    void namesOfTexts() throws IOException {
        assertEquals(Texts.primer(), Texts.of("primer"));
        Path file = write("own.txt", "own".getBytes(StandardCharsets.UTF_8));
        assertEquals("own", Texts.of(file.toString()).content());
    }

    @Test
    void anotherTextIsNotWikitext() throws IOException {
        Path file = write("wiki.test.raw", " = Robert Boulter = \n".getBytes(StandardCharsets.UTF_8));
        assertMessage(() -> Texts.wikitext2(file), "its checksum differs");
        assertMessage(() -> Texts.wikitext2(folder), "its checksum differs");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertMessage(() -> Texts.wikitext2(empty), "There is no wiki.test.raw");
        assertMessage(() -> Wikitext2.fromCache(empty), "not in the Hugging Face cache", "primer");
        assertMessage(() -> Wikitext2.fromCache(empty.resolve("none")), "not in the Hugging Face cache");
    }

    @Test
    void wikitextIsFoundInEveryShape() throws IOException {
        Path given = sharedWikitext();
        Text text = Texts.wikitext2(given);
        assertEquals(1_287_656, text.content().getBytes(StandardCharsets.UTF_8).length);
        assertEquals(Files.readString(given), text.content());

        String withBlankLines = text.content().replace("\n", "\r\n \r\n");
        Path snapshot = Files.createDirectories(folder.resolve("datasets--someone--wikitext-2/snapshots/abc/raw"));
        Files.writeString(snapshot.resolve("wiki.test.raw"), withBlankLines);
        assertEquals(text.content(), Wikitext2.fromCache(folder).content());
    }

    private static Path sharedWikitext() {
        return Stream.iterate(Path.of("").toAbsolutePath(), p -> p != null, Path::getParent)
                .flatMap(p ->
                        List.of("shared", "../shared", "../../shared").stream().map(p::resolve))
                .map(shared -> shared.resolve("datasets/wikitext-2-raw-test.txt"))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseGet(() -> abort("skipped: no ../shared"));
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
