package dev.loupe.engine.dtype;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The elements of fp8, fp6 and fp4 against ml_dtypes, and at the edges where formats differ. */
class MinifloatTest {
    static Stream<Arguments> formats() {
        return Stream.of(
                Arguments.of("e5m2", Minifloat.E5M2),
                Arguments.of("e4m3", Minifloat.E4M3),
                Arguments.of("e3m2", Minifloat.E3M2),
                Arguments.of("e2m3", Minifloat.E2M3),
                Arguments.of("e2m1", Minifloat.E2M1));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void everyCodeHasItsValueAndComesBack(String name, Minifloat format) {
        float[] expected = Golden.floats(name + ".values");
        assertEquals(expected.length, format.values().length);
        for (int code = 0; code < expected.length; code++) {
            assertEquals(expected[code], format.value(code), "code " + code);
            if (Float.isFinite(expected[code])) {
                assertEquals(code, format.encode(format.value(code)));
            } else if (Float.isNaN(expected[code])) {
                assertTrue(Float.isNaN(format.value(format.encode(format.value(code)))));
            }
        }
    }

    /** All values, the middles between neighbours, the floats beside the middles, and random ones. */
    @ParameterizedTest
    @MethodSource("formats")
    void roundsToNearestTiesToEven(String name, Minifloat format) {
        float[] values = Golden.floats(name + ".f32");
        byte[] codes = Golden.bytes(name + ".codes");
        for (int i = 0; i < values.length; i++) {
            assertEquals(codes[i] & 0xff, format.encode(values[i]), name + " of " + values[i]);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void whatIsBeyondTheLargestSaturates(String name, Minifloat format) {
        for (float x : new float[] {format.max() * 1.01f, 1e30f, Float.MAX_VALUE, Float.POSITIVE_INFINITY}) {
            assertEquals(format.max(), format.value(format.encode(x)));
            assertEquals(-format.max(), format.value(format.encode(-x)));
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void tinyValuesBecomeZeroWithTheirSign(String name, Minifloat format) {
        assertEquals(0, format.encode(Float.MIN_VALUE));
        assertEquals(format.encode(-0f), format.encode(-Float.MIN_VALUE));
        assertEquals(-0f, format.value(format.encode(-0f)));
    }

    @Test
    void rangesAreThoseOfTheStandard() {
        assertEquals(57344, Minifloat.E5M2.max());
        assertEquals(448, Minifloat.E4M3.max());
        assertEquals(28, Minifloat.E3M2.max());
        assertEquals(7.5f, Minifloat.E2M3.max());
        assertEquals(6, Minifloat.E2M1.max());
        assertEquals(0x1p-16f, Minifloat.E5M2.value(1));
        assertEquals(0x1p-9f, Minifloat.E4M3.value(1));
        assertTrue(Float.isNaN(Minifloat.E4M3.value(0x7f)) && Float.isNaN(Minifloat.E4M3.value(0xff)));
        assertEquals(Float.NEGATIVE_INFINITY, Minifloat.E5M2.value(0xfc));
    }
}
