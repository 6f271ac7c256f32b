package dev.loupe.engine.format;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes GGUF files for tests, as its specification says (github.com/ggml-org/ggml/blob/master/docs/gguf.md).
 *
 * <p>Invariant: nothing is checked, so that wrong files can be written too.
 */
public final class GgufWriter {
    private static final Map<String, Integer> TYPES = Map.ofEntries(
            Map.entry("fp32", 0),
            Map.entry("fp16", 1),
            Map.entry("sym_int4", 2),
            Map.entry("asym_int4", 3),
            Map.entry("sym_int5", 6),
            Map.entry("asym_int5", 7),
            Map.entry("sym_int8", 8),
            Map.entry("q2_k", 10),
            Map.entry("q3_k", 11),
            Map.entry("q4_k", 12),
            Map.entry("q5_k", 13),
            Map.entry("q6_k", 14),
            Map.entry("bf16", 30),
            Map.entry("mxfp4", 39));

    /** Ids of all dtypes that GGUF has. */
    public static Set<String> dtypes() {
        return TYPES.keySet();
    }

    private record Entry(String name, int type, long[] shape, long offset) {}

    private final int version;
    private final Buffer metadata = new Buffer();
    private final Buffer data = new Buffer();
    private final List<Entry> tensors = new ArrayList<>();
    private int entries;
    private int alignment = 32;
    private Long promisedTensors;
    private Long promisedEntries;

    public GgufWriter() {
        this(3);
    }

    public GgufWriter(int version) {
        this.version = version;
    }

    /** Writes this many tensors and metadata entries into the header, whatever is there. */
    public GgufWriter promise(long tensors, long entries) {
        promisedTensors = tensors;
        promisedEntries = entries;
        return this;
    }

    /** Aligns what follows, and says so. */
    public GgufWriter align(int bytes) {
        alignment = bytes;
        return put("general.alignment", bytes);
    }

    /**
     * An entry; the value's class gives the type: Byte, Short and Integer become unsigned, Long uint64, then Float,
     * Double, Boolean, String, List of String, int[] (int32), long[] (uint64), float[], double[], boolean[].
     */
    public GgufWriter put(String key, Object value) {
        entries++;
        metadata.string(key);
        switch (value) {
            case Byte v -> metadata.int32(0).int8(v);
            case Short v -> metadata.int32(2).int16(v);
            case Integer v -> metadata.int32(4).int32(v);
            case Long v -> metadata.int32(10).int64(v);
            case Float v -> metadata.int32(6).int32(Float.floatToRawIntBits(v));
            case Double v -> metadata.int32(12).int64(Double.doubleToRawLongBits(v));
            case Boolean v -> metadata.int32(7).int8(v ? 1 : 0);
            case String v -> metadata.int32(8).string(v);
            case List<?> v -> {
                metadata.int32(9).int32(8).int64(v.size());
                v.forEach(text -> metadata.string((String) text));
            }
            case int[] v -> {
                metadata.int32(9).int32(5).int64(v.length);
                for (int number : v) {
                    metadata.int32(number);
                }
            }
            case long[] v -> {
                metadata.int32(9).int32(10).int64(v.length);
                for (long number : v) {
                    metadata.int64(number);
                }
            }
            case float[] v -> {
                metadata.int32(9).int32(6).int64(v.length);
                for (float number : v) {
                    metadata.int32(Float.floatToRawIntBits(number));
                }
            }
            case double[] v -> {
                metadata.int32(9).int32(12).int64(v.length);
                for (double number : v) {
                    metadata.int64(Double.doubleToRawLongBits(number));
                }
            }
            case boolean[] v -> {
                metadata.int32(9).int32(7).int64(v.length);
                for (boolean bit : v) {
                    metadata.int8(bit ? 1 : 0);
                }
            }
            default -> throw new IllegalArgumentException(value.getClass().toString());
        }
        return this;
    }

    /** An entry of any type number with the bytes of its value. */
    public GgufWriter raw(String key, int type, byte[] value) {
        entries++;
        metadata.string(key).int32(type).bytes(value);
        return this;
    }

    /** A tensor of values, encoded; the shape outermost first. */
    public GgufWriter tensor(String name, DType dtype, float[] values, long... shape) {
        var bytes = new byte[(int) dtype.bytes(values.length)];
        dtype.encode(values, 0, MemorySegment.ofArray(bytes), 0, values.length);
        return tensor(name, dtype, bytes, shape);
    }

    /** A tensor of bytes as they are; the shape outermost first. */
    public GgufWriter tensor(String name, DType dtype, byte[] bytes, long... shape) {
        data.pad(alignment);
        tensors.add(new Entry(name, TYPES.get(dtype.id()), shape, data.size()));
        data.bytes(bytes);
        return this;
    }

    /** A tensor's description alone, true or not. */
    public GgufWriter promiseTensor(String name, int type, long offset, long... shape) {
        tensors.add(new Entry(name, type, shape, offset));
        return this;
    }

    /** Data that belongs to no tensor. */
    public GgufWriter data(byte[] bytes) {
        data.bytes(bytes);
        return this;
    }

    /** The file, with the last tensor's padding. */
    public byte[] bytes() {
        var file = header();
        data.pad(alignment);
        return file.bytes(data.toBytes()).toBytes();
    }

    public Path write(Path path) {
        try {
            return Files.write(path, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything before the tensors' data, padded. */
    public byte[] headerBytes() {
        return header().toBytes();
    }

    private Buffer header() {
        var file = new Buffer();
        file.bytes("GGUF".getBytes(StandardCharsets.US_ASCII)).int32(version);
        file.int64(promisedTensors == null ? (long) tensors.size() : promisedTensors);
        file.int64(promisedEntries == null ? (long) entries : promisedEntries);
        file.bytes(metadata.toBytes());
        for (Entry tensor : tensors) {
            file.string(tensor.name()).int32(tensor.shape().length);
            for (int i = tensor.shape().length - 1; i >= 0; i--) {
                file.int64(tensor.shape()[i]);
            }
            file.int32(tensor.type()).int64(tensor.offset());
        }
        file.pad(alignment);
        return file;
    }

    /** Bytes of a tensor's values as they lie in memory. */
    static byte[] bytesOf(Tensor tensor) {
        return tensor.data().asSlice(0, tensor.bytes()).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Little-endian bytes, growing. */
    private static final class Buffer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Buffer int8(int value) {
            out.write(value);
            return this;
        }

        Buffer int16(int value) {
            return int8(value).int8(value >> 8);
        }

        Buffer int32(int value) {
            return int16(value).int16(value >> 16);
        }

        Buffer int64(long value) {
            return int32((int) value).int32((int) (value >> 32));
        }

        Buffer string(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            return int64(bytes.length).bytes(bytes);
        }

        Buffer bytes(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        void pad(int alignment) {
            while (out.size() % alignment != 0) {
                out.write(0);
            }
        }

        long size() {
            return out.size();
        }

        byte[] toBytes() {
            return out.toByteArray();
        }
    }
}
