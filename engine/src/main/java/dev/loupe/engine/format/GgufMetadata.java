package dev.loupe.engine.format;

import static dev.loupe.engine.format.GgufCursor.DOUBLE;
import static dev.loupe.engine.format.GgufCursor.FLOAT;
import static dev.loupe.engine.format.GgufCursor.INT;
import static dev.loupe.engine.format.GgufCursor.LONG;
import static dev.loupe.engine.format.GgufCursor.SHORT;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the key-value part of a GGUF file into Java values.
 *
 * <p>Integers become Long, floats Double, then Boolean and String; arrays become List of String, int[], long[] (for
 * values beyond int), float[], double[], or a List of arrays. Invariant: every key occurs once.
 */
final class GgufMetadata {
    private static final int UINT8 = 0;
    private static final int INT8 = 1;
    private static final int UINT16 = 2;
    private static final int INT16 = 3;
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int UINT64 = 10;
    private static final int INT64 = 11;
    private static final int FLOAT64 = 12;

    /** A key's length, its type and a value. */
    private static final int LEAST_ENTRY_BYTES = 8 + 4 + 1;

    /** Length of the type and the count before an array's values. */
    private static final int LEAST_ARRAY_BYTES = 4 + 8;

    private static final int MAX_DEPTH = 4;

    private final GgufCursor cursor;

    private GgufMetadata(GgufCursor cursor) {
        this.cursor = cursor;
    }

    /** Number of entries, to be read before {@link #read}. */
    static int count(GgufCursor cursor) {
        return cursor.count(LEAST_ENTRY_BYTES, "the metadata");
    }

    /** Told where an entry lies, from its key's length to its value's end. */
    interface Span {
        void accept(String key, long from, long to);
    }

    static Map<String, Object> read(GgufCursor cursor, int count, Span span) {
        var reader = new GgufMetadata(cursor);
        var metadata = new LinkedHashMap<String, Object>();
        for (int i = 0; i < count; i++) {
            long from = cursor.position();
            String key = cursor.name("a metadata key");
            int type = cursor.int32("the type of " + key);
            if (metadata.put(key, reader.value(type, key)) != null) {
                throw cursor.damaged("the metadata has %s twice".formatted(key));
            }
            span.accept(key, from, cursor.position());
        }
        return Collections.unmodifiableMap(metadata);
    }

    private Object value(int type, String key) {
        return switch (type) {
            case UINT8 -> (long) (cursor.int8(key) & 0xFF);
            case INT8 -> (long) cursor.int8(key);
            case UINT16 -> (long) (cursor.int16(key) & 0xFFFF);
            case INT16 -> (long) cursor.int16(key);
            case UINT32 -> cursor.int32(key) & 0xFFFF_FFFFL;
            case INT32 -> (long) cursor.int32(key);
            case UINT64 -> unsigned(cursor.int64(key), key);
            case INT64 -> cursor.int64(key);
            case FLOAT32 -> (double) cursor.float32(key);
            case FLOAT64 -> cursor.float64(key);
            case BOOL -> bool(cursor.int8(key), key);
            case STRING -> cursor.string(key);
            case ARRAY -> array(key, 1);
            default -> throw unknownType(type, key);
        };
    }

    private Object array(String key, int depth) {
        int type = cursor.int32(key);
        return switch (type) {
            case UINT8, INT8, BOOL -> bytes(type, key);
            case UINT16, INT16 -> shorts(type, key);
            case INT32 -> numbers(4, key).toArray(INT);
            case UINT32 -> unsignedInts(numbers(4, key).toArray(INT));
            case UINT64 -> unsignedLongs(numbers(8, key).toArray(LONG), key);
            case INT64 -> numbers(8, key).toArray(LONG);
            case FLOAT32 -> numbers(4, key).toArray(FLOAT);
            case FLOAT64 -> numbers(8, key).toArray(DOUBLE);
            case STRING -> strings(key);
            case ARRAY -> arrays(key, depth + 1);
            default -> throw unknownType(type, key);
        };
    }

    private MemorySegment numbers(int bytes, String key) {
        return cursor.numbers(cursor.count(bytes, key), bytes, key);
    }

    private int[] bytes(int type, String key) {
        byte[] bytes = numbers(1, key).toArray(ValueLayout.JAVA_BYTE);
        var values = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            values[i] = type == INT8 ? bytes[i] : bytes[i] & 0xFF;
        }
        return values;
    }

    private int[] shorts(int type, String key) {
        short[] shorts = numbers(2, key).toArray(SHORT);
        var values = new int[shorts.length];
        for (int i = 0; i < shorts.length; i++) {
            values[i] = type == INT16 ? shorts[i] : shorts[i] & 0xFFFF;
        }
        return values;
    }

    private static Object unsignedInts(int[] bits) {
        for (int value : bits) {
            if (value < 0) {
                var values = new long[bits.length];
                for (int i = 0; i < bits.length; i++) {
                    values[i] = bits[i] & 0xFFFF_FFFFL;
                }
                return values;
            }
        }
        return bits;
    }

    private long[] unsignedLongs(long[] values, String key) {
        for (long value : values) {
            unsigned(value, key);
        }
        return values;
    }

    private List<String> strings(String key) {
        int count = cursor.count(8, key);
        var values = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            values.add(cursor.string(key));
        }
        return Collections.unmodifiableList(values);
    }

    private List<Object> arrays(String key, int depth) {
        if (depth > MAX_DEPTH) {
            throw cursor.damaged("%s has arrays nested deeper than %d".formatted(key, MAX_DEPTH));
        }
        int count = cursor.count(LEAST_ARRAY_BYTES, key);
        var values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(array(key, depth));
        }
        return Collections.unmodifiableList(values);
    }

    private long unsigned(long value, String key) {
        if (value < 0) {
            throw cursor.damaged("%s = %s is too large".formatted(key, Long.toUnsignedString(value)));
        }
        return value;
    }

    private boolean bool(byte value, String key) {
        if (value != 0 && value != 1) {
            throw cursor.damaged("%s is no boolean but %d".formatted(key, value));
        }
        return value == 1;
    }

    private LoupeException unknownType(int type, String key) {
        return cursor.damaged("%s has the unknown type %s".formatted(key, Integer.toUnsignedString(type)));
    }
}
