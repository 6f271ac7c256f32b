package dev.loupe.engine.dtype;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every format that GGUF defines gives llama.cpp's blocks and llama.cpp's floats, bit for bit. */
class GoldenBlocksTest {
    static List<DType> gguf() {
        return List.of(
                DTypes.SYM_INT8,
                DTypes.SYM_INT5,
                DTypes.ASYM_INT5,
                DTypes.SYM_INT4,
                DTypes.ASYM_INT4,
                DTypes.Q6_K,
                DTypes.Q5_K,
                DTypes.Q4_K,
                DTypes.Q3_K,
                DTypes.Q2_K,
                DTypes.MXFP4);
    }

    @ParameterizedTest
    @MethodSource("gguf")
    void decodesArbitraryBlocksToTheSameFloats(DType dtype) {
        byte[] bytes = Golden.bytes(dtype.id() + ".bytes");
        float[] expected = Golden.floats(dtype.id() + ".f32");
        float[] decoded = new float[expected.length];
        dtype.decode(MemorySegment.ofArray(bytes), 0, decoded, 0, decoded.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(decoded[i]), "value " + i);
        }
    }

    @ParameterizedTest
    @MethodSource("gguf")
    void encodesRowsToTheSameBlocks(DType dtype) {
        float[] rows = Golden.floats("rows.f32");
        byte[] expected = Golden.bytes(dtype.id() + ".blocks");
        byte[] encoded = new byte[expected.length];
        dtype.encode(rows, 0, MemorySegment.ofArray(encoded), 0, rows.length);
        int size = dtype.blockBytes();
        for (int b = 0; b < encoded.length; b += size) {
            assertEquals(
                    HexFormat.of().formatHex(expected, b, b + size),
                    HexFormat.of().formatHex(encoded, b, b + size),
                    "block at value " + b / size * dtype.blockElements());
        }
    }

    @ParameterizedTest
    @MethodSource("gguf")
    void offsetsAndNativeMemoryChangeNothing(DType dtype) {
        float[] rows = Golden.floats("rows.f32");
        int n = 512;
        int bytes = (int) dtype.bytes(n);
        try (var arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(bytes + 14);
            segment.fill((byte) 0x5a);
            dtype.encode(rows, 256, segment, 7, n);
            byte[] expected = Arrays.copyOf(Golden.bytes(dtype.id() + ".blocks"), bytes * 3);
            assertArrayEquals(
                    Arrays.copyOfRange(expected, bytes / 2, bytes / 2 + bytes),
                    segment.asSlice(7, bytes).toArray(ValueLayout.JAVA_BYTE));
            assertEquals((byte) 0x5a, segment.get(ValueLayout.JAVA_BYTE, 6));
            assertEquals((byte) 0x5a, segment.get(ValueLayout.JAVA_BYTE, 7 + bytes));
            float[] decoded = new float[n + 2];
            dtype.decode(segment, 7, decoded, 1, n);
            float[] plain = new float[n];
            dtype.decode(MemorySegment.ofArray(expected), bytes / 2, plain, 0, n);
            assertArrayEquals(plain, Arrays.copyOfRange(decoded, 1, n + 1));
            assertEquals(0, decoded[0]);
            assertEquals(0, decoded[n + 1]);
        }
    }
}
