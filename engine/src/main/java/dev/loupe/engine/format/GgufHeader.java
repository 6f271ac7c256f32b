package dev.loupe.engine.format;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The header of a GGUF file of version 3 (github.com/ggml-org/ggml/blob/master/docs/gguf.md): metadata taken over from
 * another file, and where the tensors lie.
 *
 * <p>Invariant: what depends on the stored dtypes or on being split is written anew; every other entry keeps its bytes.
 */
final class GgufHeader {
    private static final int ALIGNMENT = 32;
    private static final int VERSION = 3;
    private static final int QUANTISATION_VERSION = 2;
    private static final int UINT32 = 4;

    /** {@code llama_ftype} of llama.h: 14 and 16 are the K-quants without a mixture. */
    private static final Map<String, Integer> FILE_TYPES = Map.ofEntries(
            Map.entry("fp32", 0),
            Map.entry("fp16", 1),
            Map.entry("sym_int4", 2),
            Map.entry("asym_int4", 3),
            Map.entry("sym_int8", 7),
            Map.entry("sym_int5", 8),
            Map.entry("asym_int5", 9),
            Map.entry("q2_k", 10),
            Map.entry("q3_k", 11),
            Map.entry("q4_k", 14),
            Map.entry("q5_k", 16),
            Map.entry("q6_k", 18),
            Map.entry("bf16", 32),
            Map.entry("mxfp4", 38));

    private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
    private long metadataCount;
    private long tensorCount;
    private long offset;

    /**
     * @param entries of another file, by key
     * @param main the dtype to call the file's
     */
    GgufHeader(Map<String, MemorySegment> entries, DType main) {
        entries.forEach((key, bytes) -> {
            boolean own = key.equals("general.file_type")
                    || key.equals("general.quantization_version")
                    || key.equals("general.alignment")
                    || key.startsWith("split.");
            if (!own) {
                metadata.writeBytes(bytes.toArray(ValueLayout.JAVA_BYTE));
                metadataCount++;
            }
        });
        entry("general.file_type", FILE_TYPES.getOrDefault(main.id(), 0));
        entry("general.quantization_version", QUANTISATION_VERSION);
    }

    private void entry(String key, int value) {
        string(metadata, key);
        int32(metadata, UINT32);
        int32(metadata, value);
        metadataCount++;
    }

    /** Adds a tensor, whose bytes follow those of the one before. */
    void tensor(String name, Shape shape, DType dtype, long bytes) {
        string(tensors, name);
        int32(tensors, shape.rank());
        for (int i = shape.rank() - 1; i >= 0; i--) {
            int64(tensors, shape.at(i));
        }
        int32(tensors, GgmlType.of(dtype).orElseThrow().number());
        int64(tensors, offset);
        offset += aligned(bytes);
        tensorCount++;
    }

    /** Writes it, up to where the first tensor begins. */
    void write(FileChannel out) throws IOException {
        var start = new ByteArrayOutputStream();
        start.writeBytes(GgufFile.MAGIC);
        int32(start, VERSION);
        int64(start, tensorCount);
        int64(start, metadataCount);
        for (var part : new ByteArrayOutputStream[] {start, metadata, tensors}) {
            writeAll(out, ByteBuffer.wrap(part.toByteArray()));
        }
        pad(out);
    }

    /** Fills up to where the next tensor begins. */
    void pad(FileChannel out) throws IOException {
        long position = out.position();
        writeAll(out, ByteBuffer.allocate((int) (aligned(position) - position)));
    }

    static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private static long aligned(long position) {
        return (position + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static void string(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int64(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void int32(ByteArrayOutputStream out, int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private static void int64(ByteArrayOutputStream out, long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }
}
