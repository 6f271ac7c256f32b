package dev.loupe.engine.dtype;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers wider than a byte inside a block: every format here stores them little-endian, without alignment. */
final class LittleEndian {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    /** The IEEE binary16 number at {@code bytes[at]}. */
    static float half(byte[] bytes, int at) {
        return Float.float16ToFloat((short) SHORTS.get(bytes, at));
    }

    /** Rounds to IEEE binary16, ties to even; over 65504 becomes infinite, as in GGUF's block scales. */
    static void putHalf(byte[] bytes, int at, float value) {
        SHORTS.set(bytes, at, Float.floatToFloat16(value));
    }

    static int int32(byte[] bytes, int at) {
        return (int) INTS.get(bytes, at);
    }

    static void putInt32(byte[] bytes, int at, int value) {
        INTS.set(bytes, at, value);
    }
}
