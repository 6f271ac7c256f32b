package dev.loupe.engine.format;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One GGUF file, version 2 or 3, as it is written (github.com/ggml-org/ggml/blob/master/docs/gguf.md): its names, its
 * layouts.
 *
 * <p>Invariant: once open, every tensor lies inside the file, aligned, and overlaps no other.
 */
final class GgufFile implements AutoCloseable {
    static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);
    private static final long DEFAULT_ALIGNMENT = 32;
    private static final long MIN_ALIGNMENT = 8;
    private static final long MAX_ALIGNMENT = 1 << 20;
    private static final int MAX_DIMENSIONS = 4;

    /** A name's length and a letter, the number of dimensions and one of them, type and offset. */
    private static final int LEAST_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;

    private final MappedFile file;
    private final Map<String, Object> metadata;
    private final Map<String, MemorySegment> entries = new LinkedHashMap<>();
    private final Map<String, GgufTensor> tensors;

    private GgufFile(MappedFile file) {
        this.file = file;
        var cursor = new GgufCursor(file);
        checkVersion(cursor);
        int tensorCount = cursor.count(LEAST_TENSOR_BYTES, "the list of tensors");
        int metadataCount = GgufMetadata.count(cursor);
        this.metadata = GgufMetadata.read(
                cursor, metadataCount, (key, from, to) -> entries.put(key, file.view(from, to - from)));
        this.tensors = readTensors(cursor, tensorCount);
    }

    /**
     * Maps and checks a file.
     *
     * @throws LoupeException saying what is wrong with it
     */
    static GgufFile open(Path path) {
        MappedFile file = MappedFile.open(path);
        try {
            return new GgufFile(file);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** Whether a file begins as GGUF files do. */
    static boolean recognises(MappedFile file) {
        return file.size() >= MAGIC.length && file.view(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) == -1;
    }

    private void checkVersion(GgufCursor cursor) {
        if (!recognises(file)) {
            throw new LoupeException("%s is no GGUF file (it does not begin with 'GGUF'); name a model in GGUF format."
                    .formatted(file.path()));
        }
        cursor.int32("the magic");
        int version = cursor.int32("the version");
        if (version == 2 || version == 3) {
            return;
        }
        String what =
                Integer.reverseBytes(version) == 3 ? "big-endian" : "version " + Integer.toUnsignedString(version);
        throw new LoupeException(
                "%s is a GGUF file of a kind that is not read (%s); get it as GGUF version 3, little-endian."
                        .formatted(file.path(), what));
    }

    private Map<String, GgufTensor> readTensors(GgufCursor cursor, int count) {
        var entries = new ArrayList<GgufTensor>();
        for (int i = 0; i < count; i++) {
            entries.add(readTensor(cursor));
        }
        long alignment = alignment(cursor);
        long dataStart = (cursor.position() + alignment - 1) & -alignment;
        var byName = new LinkedHashMap<String, GgufTensor>();
        for (GgufTensor entry : entries) {
            if (entry.offset() < 0 || entry.offset() % alignment != 0) {
                throw cursor.damaged("tensor %s lies at %s, which is no multiple of %d"
                        .formatted(entry.name(), Long.toUnsignedString(entry.offset()), alignment));
            }
            if (entry.offset() > file.size() - dataStart || entry.bytes() > file.size() - dataStart - entry.offset()) {
                throw cursor.damaged("tensor %s (%d bytes at %d) reaches beyond the file's %d bytes"
                        .formatted(entry.name(), entry.bytes(), dataStart + entry.offset(), file.size()));
            }
            var tensor = new GgufTensor(entry.name(), entry.shape(), entry.dtype(), dataStart + entry.offset());
            if (byName.put(tensor.name(), tensor) != null) {
                throw cursor.damaged("it has tensor %s twice".formatted(tensor.name()));
            }
        }
        checkOverlaps(cursor, byName);
        return byName;
    }

    private static GgufTensor readTensor(GgufCursor cursor) {
        String name = cursor.name("a tensor's name");
        int dimensions = cursor.int32(name);
        if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
            throw cursor.damaged("tensor %s has %s dimensions".formatted(name, Integer.toUnsignedString(dimensions)));
        }
        var sizes = new long[dimensions];
        long elements = 1;
        for (int i = dimensions - 1; i >= 0; i--) {
            sizes[i] = cursor.int64(name);
            if (sizes[i] < 1 || sizes[i] > Long.MAX_VALUE / 8 / elements) {
                throw cursor.damaged(
                        "tensor %s has the impossible size %s".formatted(name, Long.toUnsignedString(sizes[i])));
            }
            elements *= sizes[i];
        }
        DType dtype = dtype(cursor, name, cursor.int32(name));
        if (sizes[dimensions - 1] % dtype.blockElements() != 0) {
            throw cursor.damaged("tensor %s has rows of %d values, no multiple of the %d of a %s block"
                    .formatted(name, sizes[dimensions - 1], dtype.blockElements(), dtype.id()));
        }
        return new GgufTensor(name, new Shape(sizes), dtype, cursor.int64(name));
    }

    private static DType dtype(GgufCursor cursor, String tensor, int number) {
        GgmlType type = GgmlType.of(number)
                .orElseThrow(() -> cursor.damaged(
                        "tensor %s has the unknown type %s".formatted(tensor, Integer.toUnsignedString(number))));
        return type.dtype()
                .orElseThrow(() -> new LoupeException(
                        "%s stores tensor %s as %s, which is not supported; get the model as one of %s."
                                .formatted(cursor.path(), tensor, type, GgmlType.readable())));
    }

    private long alignment(GgufCursor cursor) {
        Object value = metadata.getOrDefault("general.alignment", DEFAULT_ALIGNMENT);
        if (value instanceof Long alignment
                && Long.bitCount(alignment) == 1
                && alignment >= MIN_ALIGNMENT
                && alignment <= MAX_ALIGNMENT) {
            return alignment;
        }
        throw cursor.damaged(
                "general.alignment is no power of two from %d to %d".formatted(MIN_ALIGNMENT, MAX_ALIGNMENT));
    }

    private static void checkOverlaps(GgufCursor cursor, Map<String, GgufTensor> tensors) {
        List<GgufTensor> inOrder = new ArrayList<>(tensors.values());
        inOrder.sort(Comparator.comparingLong(GgufTensor::offset));
        for (int i = 1; i < inOrder.size(); i++) {
            if (inOrder.get(i).offset() < inOrder.get(i - 1).end()) {
                throw cursor.damaged("tensors %s and %s overlap"
                        .formatted(inOrder.get(i - 1).name(), inOrder.get(i).name()));
            }
        }
    }

    Path path() {
        return file.path();
    }

    Map<String, Object> metadata() {
        return metadata;
    }

    /** The metadata's entries as their bytes are, by key. */
    Map<String, MemorySegment> entries() {
        return entries;
    }

    /** By name, in the file's order. */
    Map<String, GgufTensor> tensors() {
        return tensors;
    }

    /** A tensor in place, in GGUF's layout. */
    Tensor tensor(GgufTensor tensor) {
        file.checkWhole();
        return new Tensor(tensor.shape(), tensor.dtype(), file.view(tensor.offset(), tensor.bytes()));
    }

    @Override
    public void close() {
        file.close();
    }
}
