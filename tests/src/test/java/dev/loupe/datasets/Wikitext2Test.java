package dev.loupe.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Shared;
import dev.loupe.engine.hub.DatasetStore;
import dev.loupe.engine.hub.FakeHub;
import dev.loupe.engine.trace.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WikiText-2 from every place and in every shape; here because the server that stands for the Hub is the engine's. */
class Wikitext2Test {
    @TempDir
    Path folder;

    @Test
    void anotherTextIsNotWikitext() throws IOException {
        Path file = write("wiki.test.raw", " = Robert Boulter = \n".getBytes(StandardCharsets.UTF_8));
        assertMessage(() -> Texts.wikitext2(file), "its checksum differs");
        assertMessage(() -> Texts.wikitext2(folder), "its checksum differs");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertMessage(() -> Texts.wikitext2(empty), "There is no wiki.test.raw");
        assertMessage(() -> offline(empty), "not in Hugging Face's cache", "HF_HUB_OFFLINE", "primer");
        assertMessage(() -> offline(empty.resolve("none")), "not in Hugging Face's cache");
        assertMessage(() -> Texts.wikitext2(zip("other.txt", "text")), "There is no wiki.test.raw", "in ");
        assertMessage(() -> Texts.wikitext2(zip("wiki.test.raw", "text")), "its checksum differs");
        assertMessage(
                () -> Texts.wikitext2(write("cut.zip", new byte[] {'P', 'K'})), "cannot be read as a zip archive");
    }

    @Test
    void wikitextIsFoundInEveryShape() throws IOException {
        Path given = Shared.path("datasets/wikitext-2-raw-test.txt");
        Text text = Texts.wikitext2(given);
        assertEquals(1_287_656, text.content().getBytes(StandardCharsets.UTF_8).length);
        assertEquals(Files.readString(given), text.content());

        String withBlankLines = text.content().replace("\n", "\r\n \r\n");
        Path snapshot = Files.createDirectories(folder.resolve("datasets--someone--wikitext-2/snapshots/abc/raw"));
        Files.writeString(snapshot.resolve("wiki.test.raw"), withBlankLines);
        assertEquals(text.content(), offline(folder).content());
        assertEquals(
                text.content(),
                Texts.wikitext2(zip("wikitext-2-raw/wiki.test.raw", withBlankLines))
                        .content());
    }

    /** From a server that answers as Hugging Face's Hub does, cut in between, then from the cache. */
    @Test
    void wikitextIsDownloadedOnceAndChecked() throws IOException {
        String given = Files.readString(Shared.path("datasets/wikitext-2-raw-test.txt"));
        byte[] archive = Files.readAllBytes(zip("wikitext-2-raw/wiki.test.raw", given));
        try (var hub = new FakeHub(100_000).file("wikitext-2-raw-v1.zip", archive)) {
            var store = DatasetStore.of(Map.of(
                    "HF_ENDPOINT",
                    hub.endpoint().toString(),
                    "HF_HUB_CACHE",
                    folder.resolve("cache").toString()));
            hub.corrupt(true);
            assertMessage(() -> Wikitext2.fromHub(store, Progress.NONE), "wrong checksum", "name the path");
            hub.corrupt(false).cut(200_000, 1);
            assertEquals(given, Wikitext2.fromHub(store, Progress.NONE).content());
            int asked = hub.requests().size();
            assertEquals(given, Wikitext2.fromHub(store, Progress.NONE).content());
            assertEquals(asked, hub.requests().size());
        }
    }

    private static Text offline(Path cache) {
        return Wikitext2.fromHub(
                DatasetStore.of(Map.of("HF_HUB_OFFLINE", "1", "HF_HUB_CACHE", cache.toString())), Progress.NONE);
    }

    private Path zip(String name, String content) throws IOException {
        Path file = folder.resolve("archive.zip");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return file;
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
