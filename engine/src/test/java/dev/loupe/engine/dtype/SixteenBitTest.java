package dev.loupe.engine.dtype;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** fp16 and bf16 over all of their bit patterns. */
class SixteenBitTest {
    @Test
    void everyHalfIsItsFormula() {
        float[] decoded = decodeAll(DTypes.FP16);
        for (int bits = 0; bits < 1 << 16; bits++) {
            int exponent = bits >> 10 & 31;
            int mantissa = bits & 1023;
            double magnitude = exponent == 0
                    ? Math.scalb((double) mantissa, -24)
                    : Math.scalb((double) (1024 + mantissa), exponent - 25);
            if (exponent == 31) {
                assertEquals(mantissa != 0, Float.isNaN(decoded[bits]));
                assertEquals(mantissa == 0, Float.isInfinite(decoded[bits]));
            } else {
                assertEquals((float) (bits < 1 << 15 ? magnitude : -magnitude), decoded[bits]);
            }
        }
    }

    @Test
    void everyBfloatIsTheUpperHalf() {
        float[] decoded = decodeAll(DTypes.BF16);
        for (int bits = 0; bits < 1 << 16; bits++) {
            assertEquals(Float.intBitsToFloat(bits << 16), decoded[bits]);
        }
    }

    @ParameterizedTest
    @CsvSource({"fp16", "bf16"})
    void everyPatternComesBack(String name) {
        DType dtype = DTypes.parse(name);
        float[] decoded = decodeAll(dtype);
        MemorySegment again = MemorySegment.ofArray(new byte[1 << 17]);
        dtype.encode(decoded, 0, again, 0, decoded.length);
        for (int bits = 0; bits < 1 << 16; bits++) {
            int back = Short.toUnsignedInt(again.get(LittleEndian.SHORT, 2L * bits));
            if (Float.isNaN(decoded[bits])) {
                assertTrue(Float.isNaN(decode(dtype, back)), "NaN " + bits);
            } else {
                assertEquals(bits, back);
            }
        }
    }

    /** Between two neighbours: below the middle goes down, above goes up, the middle goes to the even one. */
    @ParameterizedTest
    @CsvSource({"fp16, 0x7bff", "bf16, 0x7f7f"})
    void roundsToNearestTiesToEven(String name, String largest) {
        DType dtype = DTypes.parse(name);
        float[] decoded = decodeAll(dtype);
        for (int bits = 0; bits < Integer.decode(largest); bits++) {
            float middle = (float) (((double) decoded[bits] + decoded[bits + 1]) / 2);
            assertEquals(bits + (bits & 1), encode(dtype, middle), "middle above " + bits);
            if (middle > decoded[bits] && middle < decoded[bits + 1]) {
                assertEquals(bits, encode(dtype, Math.nextDown(middle)), "below the middle above " + bits);
                assertEquals(bits + 1, encode(dtype, Math.nextUp(middle)), "above the middle above " + bits);
                assertEquals(bits + 1 | 1 << 15, encode(dtype, -Math.nextUp(middle)), "negative");
            }
        }
    }

    @Test
    void edges() {
        assertEquals(0x7bff, encode(DTypes.FP16, Math.nextDown(65520f)));
        assertEquals(0x7c00, encode(DTypes.FP16, 65520f));
        assertEquals(0x7f80, encode(DTypes.BF16, Float.MAX_VALUE));
        assertTrue(Float.isNaN(decode(DTypes.BF16, encode(DTypes.BF16, Float.intBitsToFloat(0x7f800001)))));
        assertTrue(Float.isNaN(decode(DTypes.BF16, encode(DTypes.BF16, Float.intBitsToFloat(0x7fffffff)))));
    }

    private static float[] decodeAll(DType dtype) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[1 << 17]);
        for (int bits = 0; bits < 1 << 16; bits++) {
            bytes.set(LittleEndian.SHORT, 2L * bits, (short) bits);
        }
        float[] decoded = new float[1 << 16];
        dtype.decode(bytes, 0, decoded, 0, decoded.length);
        return decoded;
    }

    private static int encode(DType dtype, float value) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[2]);
        dtype.encode(new float[] {value}, 0, bytes, 0, 1);
        return Short.toUnsignedInt(bytes.get(LittleEndian.SHORT, 0));
    }

    private static float decode(DType dtype, int bits) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[] {(byte) bits, (byte) (bits >> 8)});
        float[] value = new float[1];
        dtype.decode(bytes, 0, value, 0, 1);
        return value[0];
    }
}
