package dev.loupe.engine.format;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads GGUF's little-endian numbers and strings one after the other.
 *
 * <p>Invariant: a promised size is compared with the bytes that are left before anything is allocated, so what is
 * allocated never exceeds a small multiple of {@link #MAX_HEADER}.
 */
final class GgufCursor {
    /** Largest header read. The largest vocabularies (256k tokens and their merges) take about 16 MiB. */
    private static final long MAX_HEADER = 64L << 20;

    private static final int MAX_NAME = 1024;

    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE);
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(LITTLE);

    private final Path path;
    private final MemorySegment header;
    private long position;

    GgufCursor(MappedFile file) {
        this.path = file.path();
        this.header = file.view(0, Math.min(file.size(), MAX_HEADER));
    }

    Path path() {
        return path;
    }

    long position() {
        return position;
    }

    byte int8(String what) {
        return header.get(ValueLayout.JAVA_BYTE, advance(1, what));
    }

    short int16(String what) {
        return header.get(SHORT, advance(2, what));
    }

    int int32(String what) {
        return header.get(INT, advance(4, what));
    }

    long int64(String what) {
        return header.get(LONG, advance(8, what));
    }

    float float32(String what) {
        return header.get(FLOAT, advance(4, what));
    }

    double float64(String what) {
        return header.get(DOUBLE, advance(8, what));
    }

    /** A key or a tensor's name: never empty, never longer than people can read. */
    String name(String what) {
        int length = count(1, what);
        if (length == 0 || length > MAX_NAME) {
            throw damaged("%s has %d bytes".formatted(what, length));
        }
        return text(length, what);
    }

    String string(String what) {
        return text(count(1, what), what);
    }

    private String text(int length, String what) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(header, ValueLayout.JAVA_BYTE, advance(length, what), bytes, 0, bytes.length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A number of things that take at least {@code leastBytes} each: all of them must fit into what is left. */
    int count(int leastBytes, String what) {
        long count = int64("the length of " + what);
        long left = header.byteSize() - position;
        if (count < 0 || count > left / leastBytes) {
            throw damaged("%s promises %s entries where %d bytes are left"
                    .formatted(what, Long.toUnsignedString(count), left));
        }
        return (int) count;
    }

    /** Where {@code count} fixed-size numbers begin; the cursor goes behind them. */
    MemorySegment numbers(int count, int bytes, String what) {
        long size = (long) count * bytes;
        return header.asSlice(advance(size, what), size);
    }

    private long advance(long bytes, String what) {
        if (bytes > header.byteSize() - position) {
            throw damaged(
                    header.byteSize() == MAX_HEADER
                            ? "its header is larger than %d MiB".formatted(MAX_HEADER >> 20)
                            : "it ends at byte %d, inside %s".formatted(header.byteSize(), what));
        }
        long from = position;
        position += bytes;
        return from;
    }

    /** The sentence for a file that breaks its format. */
    LoupeException damaged(String how) {
        String printable = how.replaceAll("\\p{Cntrl}", "?");
        return new LoupeException("%s is a damaged GGUF file: %s; download it again.".formatted(path, printable));
    }
}
