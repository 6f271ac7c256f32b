package dev.loupe.engine.format;

import dev.loupe.engine.dtype.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Writes safetensors files for tests (huggingface.co/docs/safetensors).
 *
 * <p>Invariant: nothing is checked, so that wrong files can be written too.
 */
public final class SafetensorsWriter {
    private static final Map<String, String> TYPES = Map.of("fp32", "F32", "fp16", "F16", "bf16", "BF16");

    private final List<String> entries = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private boolean padded = true;

    /** A tensor of values, encoded; the shape outermost first. */
    public SafetensorsWriter tensor(String name, DType dtype, float[] values, long... shape) {
        var bytes = new byte[(int) dtype.bytes(values.length)];
        dtype.encode(values, 0, MemorySegment.ofArray(bytes), 0, values.length);
        int begin = data.size();
        data.writeBytes(bytes);
        return entry(name, TYPES.get(dtype.id()), Arrays.toString(shape), begin, data.size());
    }

    /** A description alone, true or not. */
    public SafetensorsWriter entry(String name, String type, String shape, long begin, long end) {
        return raw("\"%s\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": [%d, %d]}"
                .formatted(name, type, shape, begin, end));
    }

    /** A member of the header as it is. */
    public SafetensorsWriter raw(String member) {
        entries.add(member);
        return this;
    }

    /** Data that belongs to no tensor. */
    public SafetensorsWriter data(byte[] bytes) {
        data.writeBytes(bytes);
        return this;
    }

    /** Makes the header's length odd, as old writers did. */
    public SafetensorsWriter unpadded() {
        padded = false;
        return this;
    }

    public byte[] bytes() {
        var header = new StringBuilder("{").append(String.join(", ", entries)).append("}");
        while (header.length() % 8 != (padded ? 0 : 1)) {
            header.append(' ');
        }
        return file(header.length(), header.toString());
    }

    /** The file with any header, of any claimed length. */
    public byte[] file(long length, String header) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + data.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(text)
                .put(data.toByteArray())
                .array();
    }

    public Path write(Path path) {
        try {
            return Files.write(path, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
