package dev.loupe.engine.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One safetensors file, memory-mapped (huggingface.co/docs/safetensors): the length of a header, the header in JSON,
 * the tensors' bytes.
 *
 * <p>Invariant: once open, every tensor lies inside the file, has the bytes its shape needs and overlaps no other.
 * Tensors of a type without dtype are listed, and fail by name when asked for.
 */
public final class SafetensorsFile implements AutoCloseable {
    private static final int LENGTH_BYTES = 8;
    private static final long LARGEST_HEADER = 32L << 20;
    private static final int MAX_DIMENSIONS = 8;
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final Map<String, DType> DTYPES =
            Map.of("F32", DTypes.FP32, "F16", DTypes.FP16, "BF16", DTypes.BF16);

    private record Entry(String type, Shape shape, long begin, long end) {}

    private final MappedFile file;
    private final long dataStart;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private SafetensorsFile(MappedFile file) {
        this.file = file;
        if (file.size() < LENGTH_BYTES + 2) {
            throw damaged("it has only %d bytes".formatted(file.size()));
        }
        long length = file.view(0, LENGTH_BYTES).get(LENGTH, 0);
        if (length < 2 || length > Math.min(LARGEST_HEADER, file.size() - LENGTH_BYTES)) {
            throw damaged("its header claims %s bytes of %d".formatted(Long.toUnsignedString(length), file.size()));
        }
        dataStart = LENGTH_BYTES + length;
        readHeader(file.view(LENGTH_BYTES, length).toArray(ValueLayout.JAVA_BYTE));
        checkOverlaps();
    }

    /**
     * Maps and checks a file.
     *
     * @throws LoupeException saying what is wrong with it
     */
    public static SafetensorsFile open(Path path) {
        MappedFile file = MappedFile.open(path);
        try {
            return new SafetensorsFile(file);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private void readHeader(byte[] header) {
        try (JsonParser json = JsonFile.MAPPER.createParser(header)) {
            expect(json.nextToken(), JsonToken.START_OBJECT, "its header is no object");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                expect(json.nextToken(), JsonToken.START_OBJECT, "its header is no list of tensors");
                if (name.equals("__metadata__")) {
                    json.skipChildren();
                } else {
                    entries.put(name, readEntry(name, json));
                }
            }
            expect(json.currentToken(), JsonToken.END_OBJECT, "its header does not end");
            expect(json.nextToken(), null, "its header has more than one object");
        } catch (JsonProcessingException e) {
            throw damaged("its header is no JSON", e);
        } catch (IOException e) {
            throw damaged("its header cannot be read", e);
        }
    }

    private Entry readEntry(String name, JsonParser json) throws IOException {
        String type = "";
        long[] shape = null;
        long[] offsets = {};
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            switch (field) {
                case "dtype" -> type = value == JsonToken.VALUE_STRING ? json.getText() : "";
                case "shape" -> shape = readNumbers(name, json);
                case "data_offsets" -> offsets = readNumbers(name, json);
                default -> json.skipChildren();
            }
        }
        if (type.isEmpty() || shape == null || offsets.length != 2) {
            throw damaged("tensor %s lacks dtype, shape or data_offsets".formatted(shown(name)));
        }
        return checked(name, type, shape, offsets[0], offsets[1]);
    }

    private long[] readNumbers(String name, JsonParser json) throws IOException {
        expect(json.currentToken(), JsonToken.START_ARRAY, "tensor %s is not described".formatted(shown(name)));
        List<Long> numbers = new ArrayList<>();
        while (json.nextToken() == JsonToken.VALUE_NUMBER_INT && numbers.size() <= MAX_DIMENSIONS) {
            numbers.add(json.getLongValue());
        }
        expect(json.currentToken(), JsonToken.END_ARRAY, "tensor %s has a wrong size".formatted(shown(name)));
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private Entry checked(String name, String type, long[] shape, long begin, long end) {
        if (begin < 0 || end < begin || end > file.size() - dataStart) {
            throw damaged("tensor %s (bytes %d to %d) reaches beyond its %d bytes of data"
                    .formatted(shown(name), begin, end, file.size() - dataStart));
        }
        long elements = 1;
        for (long size : shape) {
            if (size < 0 || size > 0 && elements > Long.MAX_VALUE / 8 / size) {
                throw damaged("tensor %s has the impossible size %d".formatted(shown(name), size));
            }
            elements *= size;
        }
        DType dtype = DTYPES.get(type);
        if (dtype != null && dtype.bytes(elements) != end - begin) {
            throw damaged("tensor %s has %d bytes where its shape %s needs %d"
                    .formatted(shown(name), end - begin, new Shape(shape), dtype.bytes(elements)));
        }
        return new Entry(type, new Shape(shape), begin, end);
    }

    private void checkOverlaps() {
        List<Map.Entry<String, Entry>> inOrder = new ArrayList<>(entries.entrySet());
        inOrder.sort(Comparator.comparingLong(
                        (Map.Entry<String, Entry> e) -> e.getValue().begin())
                .thenComparingLong(e -> e.getValue().end()));
        for (int i = 1; i < inOrder.size(); i++) {
            if (inOrder.get(i).getValue().begin()
                    < inOrder.get(i - 1).getValue().end()) {
                throw damaged("tensors %s and %s overlap"
                        .formatted(
                                shown(inOrder.get(i - 1).getKey()),
                                shown(inOrder.get(i).getKey())));
            }
        }
    }

    private void expect(JsonToken token, JsonToken wanted, String otherwise) {
        if (token != wanted) {
            throw damaged(otherwise);
        }
    }

    private LoupeException damaged(String how) {
        return damaged(how, null);
    }

    private LoupeException damaged(String how, Exception cause) {
        return new LoupeException(
                "%s is a damaged safetensors file: %s; download it again.".formatted(file.path(), how), cause);
    }

    private static String shown(String name) {
        String printable = name.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > 120 ? printable.substring(0, 120) + "..." : printable;
    }

    public Path path() {
        return file.path();
    }

    /** Names of all tensors, in the header's order. */
    public Set<String> tensorNames() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** Bytes of all tensors. */
    public long bytes() {
        return entries.values().stream().mapToLong(e -> e.end() - e.begin()).sum();
    }

    /**
     * A tensor in place: it lives as long as this file is open.
     *
     * @throws LoupeException if there is none of this name, or none that the engine has a dtype for
     */
    public Tensor tensor(String name) {
        TensorInfo info = info(name);
        Entry entry = entries.get(name);
        file.checkWhole();
        return new Tensor(
                info.shape(), info.dtype(), file.view(dataStart + entry.begin(), entry.end() - entry.begin()));
    }

    /** Shape and dtype of {@link #tensor}, which fails for the same reasons. */
    TensorInfo info(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new LoupeException("%s has no tensor %s; get the complete model.".formatted(path(), name));
        }
        DType dtype = DTYPES.get(entry.type());
        if (dtype == null) {
            throw new LoupeException(
                    "%s stores tensor %s as %s, which is not supported; get the model as F32, F16 or BF16."
                            .formatted(path(), name, shown(entry.type())));
        }
        return new TensorInfo(entry.shape(), dtype);
    }

    @Override
    public void close() {
        file.close();
    }
}
