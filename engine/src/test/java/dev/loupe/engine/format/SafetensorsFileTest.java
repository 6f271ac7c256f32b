package dev.loupe.engine.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers that lie. */
class SafetensorsFileTest {
    @TempDir
    Path folder;

    static Stream<Arguments> files() {
        return Stream.of(
                hostile("2^60 bytes of header", data().file(1L << 60, "{}"), "claims 1152921504606846976 bytes"),
                hostile("-1 bytes of header", data().file(-1, "{}"), "claims 18446744073709551615 bytes"),
                hostile("a header cut", data().file(2, "{\"a\": 1}"), "no JSON"),
                hostile("no object", data().file(4, "[1] "), "no object"),
                hostile("two objects", data().file(5, "{} {}"), "more than one"),
                hostile("nested 5000 deep", data().file(10_012, "{\"__x\":" + "[".repeat(10_005)), "damaged"),
                hostile(
                        "a name twice",
                        entry("a", "[8]", 0, 32).entry("a", "F32", "[8]", 0, 32).bytes(),
                        "no JSON"),
                hostile("an end outside", entry("a", "[8]", 65, 97).bytes(), "beyond"),
                hostile("an end before the begin", entry("a", "[8]", 32, 0).bytes(), "beyond"),
                hostile("a negative begin", entry("a", "[8]", -32, 0).bytes(), "beyond"),
                hostile("bytes that fit no shape", entry("a", "[9]", 0, 32).bytes(), "needs 36"),
                hostile(
                        "a product that overflows",
                        entry("a", "[4294967296, 4294967296]", 0, 32).bytes(),
                        "impossible"),
                hostile("a negative size", entry("a", "[-8]", 0, 32).bytes(), "impossible"),
                hostile(
                        "a size beyond 64 bits",
                        entry("a", "[99999999999999999999]", 0, 32).bytes(),
                        "no JSON"),
                hostile("a fraction", entry("a", "[8.5]", 0, 32).bytes(), "wrong size"),
                hostile("no shape", entry("a", "null", 0, 32).bytes(), "not described"),
                hostile(
                        "too many dimensions",
                        entry("a", "[1,1,1,1,1,1,1,1,1,8]", 0, 32).bytes(),
                        "wrong size"),
                hostile(
                        "overlapping tensors",
                        entry("a", "[8]", 0, 32)
                                .entry("b", "F32", "[8]", 16, 48)
                                .bytes(),
                        "overlap"),
                hostile("a member that is no tensor", data().raw("\"a\": 3").bytes(), "no list of tensors"),
                hostile("too short a file", new byte[] {1, 2, 3}, "only 3 bytes"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void isOneSentence(String what, byte[] file, String fault) throws IOException {
        Path path = Files.write(folder.resolve("model.safetensors"), file);
        String message = assertThrows(LoupeException.class, () -> SafetensorsFile.open(path))
                .getMessage();
        assertTrue(message.contains(path.toString()) && message.contains(fault), message);
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.endsWith("again.") && message.length() < 400, message);
    }

    @Test
    void aTypeWithoutDtypeFailsWhenAskedFor() {
        Path path = data().entry("ids", "I64", "[4]", 0, 32)
                .entry("x", "F32", "[2, 4]", 32, 64)
                .write(folder.resolve("a.safetensors"));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertEquals(DTypes.FP32, file.tensor("x").dtype());
            String message =
                    assertThrows(LoupeException.class, () -> file.tensor("ids")).getMessage();
            assertTrue(message.contains("I64"), message);
        }
    }

    private static SafetensorsWriter data() {
        return new SafetensorsWriter().data(new byte[64]);
    }

    private static SafetensorsWriter entry(String name, String shape, long begin, long end) {
        return data().entry(name, "F32", shape, begin, end);
    }

    private static Arguments hostile(String what, byte[] file, String fault) {
        return Arguments.of(what, file, fault);
    }
}
