package dev.loupe.datasets;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Reads a text file strictly.
 *
 * <p>Invariant: what is returned encodes to the file's own bytes, but for a byte order mark at its beginning and line
 * ends, which become {@code \n}: a model was trained without the one and mostly on the other.
 */
final class TextFile {
    private static final long LARGEST = 256L << 20;

    private TextFile() {}

    static String read(Path path) {
        requireFile(path);
        return text(path, bytes(path));
    }

    /** Reads the first entry of an archive that has one of the names, in whatever folder. */
    static String readFromZip(Path path, List<String> names) {
        requireFile(path);
        try (var zip = new ZipFile(path.toFile())) {
            ZipEntry entry = zip.stream()
                    .filter(e -> names.contains(e.getName().replaceFirst("^.*/", "")))
                    .findFirst()
                    .orElseThrow(() -> new LoupeException("There is no %s in %s: name the text file itself."
                            .formatted(String.join(", ", names), path)));
            try (InputStream in = zip.getInputStream(entry)) {
                byte[] bytes = in.readNBytes((int) LARGEST + 1);
                requireSize(path, bytes.length);
                return text(path, bytes);
            }
        } catch (IOException e) {
            throw new LoupeException(
                    "%s cannot be read as a zip archive (%s): delete it and get it anew."
                            .formatted(path, e.getMessage()),
                    e);
        }
    }

    private static void requireFile(Path path) {
        if (Files.isDirectory(path)) {
            throw new LoupeException("%s is a folder: name a text file in it.".formatted(path));
        }
        if (!Files.exists(path)) {
            throw new LoupeException("There is no file %s: check the path (the current folder is %s)."
                    .formatted(path, Path.of("").toAbsolutePath()));
        }
    }

    private static String text(Path path, byte[] bytes) {
        String text = decode(path, bytes).replace("\r\n", "\n");
        text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        if (text.isBlank()) {
            throw new LoupeException("%s holds no text: name a file with some.".formatted(path));
        }
        return text;
    }

    private static byte[] bytes(Path path) {
        try {
            requireSize(path, Files.size(path));
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new LoupeException(
                    "%s cannot be read (%s): check its permissions.".formatted(path, e.getMessage()), e);
        }
    }

    private static void requireSize(Path path, long bytes) {
        if (bytes > LARGEST) {
            throw new LoupeException("%s has %,d MiB, more than the %,d that are read at once: cut a part out of it."
                    .formatted(path, bytes >> 20, LARGEST >> 20));
        }
    }

    private static String decode(Path path, byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        var out = CharBuffer.allocate(bytes.length);
        var decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        if (decoder.decode(in, out, true).isError()) {
            throw new LoupeException("%s is not UTF-8 text (byte %,d is 0x%02X): convert it, for example with iconv."
                    .formatted(path, in.position(), bytes[in.position()]));
        }
        return out.flip().toString();
    }
}
