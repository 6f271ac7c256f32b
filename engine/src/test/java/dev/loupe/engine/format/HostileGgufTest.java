package dev.loupe.engine.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DTypes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that lie: each is one sentence that names the file, what is wrong and what to do, and costs no memory. */
class HostileGgufTest {
    private static final long HUGE = 1L << 60;
    private static final int F32 = 0;

    @TempDir
    Path folder;

    static Stream<Arguments> files() {
        return Stream.of(
                hostile("2^60 tensors", new GgufWriter().promise(HUGE, 0), "promises 1152921504606846976 entries"),
                hostile("-1 tensors", new GgufWriter().promise(-2, 0), "list of tensors"),
                hostile("2^60 entries", new GgufWriter().promise(0, HUGE), "promises 1152921504606846976 entries"),
                hostile("a string of 2^60 bytes", new GgufWriter().raw("k", 8, int64(HUGE)), "k promises"),
                hostile("an array of 2^60 strings", new GgufWriter().raw("k", 9, array(8, HUGE)), "k promises"),
                hostile("an array of 2^60 bytes", new GgufWriter().raw("k", 9, array(0, HUGE)), "k promises"),
                hostile("an array of -1 doubles", new GgufWriter().raw("k", 9, array(12, -1)), "k promises"),
                hostile("arrays nested 100 deep", new GgufWriter().raw("k", 9, nested(100)), "nested deeper"),
                hostile("an unknown value type", new GgufWriter().raw("k", 77, int64(0)), "unknown type 77"),
                hostile("an unknown element type", new GgufWriter().raw("k", 9, array(13, 0)), "unknown type 13"),
                hostile("a boolean of 7", new GgufWriter().raw("k", 7, new byte[] {7}), "no boolean"),
                hostile("a key twice", new GgufWriter().put("k", 1).put("k", 2), "k twice"),
                hostile("an empty key", new GgufWriter().put("", 1), "0 bytes"),
                hostile("alignment 0", new GgufWriter().raw("general.alignment", 4, new byte[4]), "power of two"),
                hostile("alignment 'x'", new GgufWriter().put("general.alignment", "x"), "power of two"),
                hostile("a tensor twice", tensor("t", F32, 0, 8).promiseTensor("t", F32, 32, 8), "t twice"),
                hostile("a tensor type of no one", tensor("t", 99, 0, 8), "unknown type 99"),
                hostile("a tensor type without dtype", tensor("t", 20, 0, 32), "IQ4_NL, which is not supported"),
                hostile("an offset outside", tensor("t", F32, 1 << 20, 8), "beyond the file"),
                hostile("an offset of 2^63", tensor("t", F32, Long.MIN_VALUE, 8), "no multiple"),
                hostile("a misaligned offset", tensor("t", F32, 4, 8), "no multiple of 32"),
                hostile("an end outside", tensor("t", F32, 32, 17), "beyond the file"),
                hostile("overlapping tensors", tensor("t", F32, 0, 16).promiseTensor("u", F32, 32, 8), "overlap"),
                hostile("sizes whose product overflows", tensor("t", F32, 0, 1L << 32, 1L << 32), "impossible size"),
                hostile("a size of 0", tensor("t", F32, 0, 0, 8), "impossible size"),
                hostile("a size of -1", tensor("t", F32, 0, -1), "impossible size"),
                hostile("no dimensions", tensor("t", F32, 0), "0 dimensions"),
                hostile("5 dimensions", tensor("t", F32, 0, 1, 1, 1, 1, 1), "5 dimensions"),
                hostile("rows that cut a block", tensor("t", 2, 0, 2, 33), "no multiple of the 32"),
                hostile("version 1", new GgufWriter(1), "version 1"),
                hostile("big-endian", new GgufWriter(3 << 24), "big-endian"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void isOneSentence(String what, GgufWriter writer, String fault) {
        refused(writer.write(folder.resolve("hostile.gguf")), fault);
    }

    @Test
    void everyTruncationOfTheHeaderIsNoticed() throws IOException {
        var writer = new GgufWriter()
                .put("general.architecture", "llama")
                .put("texts", List.of("one", "two"))
                .put("numbers", new int[] {1, 2, 3})
                .tensor("t", DTypes.FP32, new float[16], 16);
        byte[] whole = writer.bytes();
        for (int length = 1; length < whole.length; length++) {
            Path path = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(whole, length));
            refused(path, "");
        }
    }

    @Test
    void whatIsNoGgufFileSaysSo() throws IOException {
        refused(Files.writeString(folder.resolve("a.txt"), "Call me Ishmael."), "no GGUF file");
        refused(Files.writeString(folder.resolve("b.txt"), "Hi"), "no GGUF file");
        refused(Files.createFile(folder.resolve("empty.gguf")), "is empty (0 bytes)");
        refused(Files.createDirectory(folder.resolve("folder.gguf")), "is a folder");
        refused(folder.resolve("missing.gguf"), "There is no file");
        Path device = Path.of("/dev/zero");
        if (Files.exists(device)) {
            refused(device, "is a device or pipe");
        }
    }

    @Test
    void aFileWithoutPermissionSaysSo() throws IOException {
        Path path = Files.write(folder.resolve("secret.gguf"), new GgufWriter().bytes());
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(path), "skipped: this user may read everything");
        refused(path, "permissions");
    }

    private static void refused(Path path, String fault) {
        var refusal = assertThrows(LoupeException.class, () -> GgufModel.open(path));
        String message = refusal.getMessage();
        assertTrue(message.contains(path.toString()), message);
        assertTrue(message.contains(fault), message);
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.endsWith("."), message);
        assertTrue(message.length() < 400, message);
    }

    private static Arguments hostile(String what, GgufWriter writer, String fault) {
        return Arguments.of(what, writer, fault);
    }

    /** A file with 96 bytes of data, and a tensor that may claim more. */
    private static GgufWriter tensor(String name, int type, long offset, long... shape) {
        return new GgufWriter().promiseTensor(name, type, offset, shape).data(new byte[96]);
    }

    private static byte[] int64(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    private static byte[] array(int type, long count) {
        return ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(type)
                .putLong(count)
                .array();
    }

    private static byte[] nested(int depth) {
        ByteBuffer bytes = ByteBuffer.allocate(12 * depth).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < depth; i++) {
            bytes.putInt(9).putLong(1);
        }
        return bytes.array();
    }
}
