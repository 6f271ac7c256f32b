package dev.loupe.engine.format;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Damages files as transfers and attackers do: flipped, replaced, cut, inserted and repeated bytes; always the same
 * ones.
 */
public final class Mutations {
    private static final long[] EXTREMES = {
        0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 60, 1L << 31, (1L << 31) - 1, 1L << 32, 0xFFFFFFFFL
    };

    private Mutations() {}

    /** Some damaged forms of a file; most damage lies in its first {@code header} bytes. */
    public static Stream<byte[]> of(byte[] file, int header, int count) {
        return IntStream.range(0, count).mapToObj(i -> mutated(file, header, new Random(i)));
    }

    private static byte[] mutated(byte[] file, int header, Random random) {
        int at = random.nextInt(random.nextInt(4) == 0 ? file.length : header);
        byte[] copy = file.clone();
        switch (random.nextInt(6)) {
            case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> copy[at] = (byte) random.nextInt(256);
            case 2 -> {
                long value = EXTREMES[random.nextInt(EXTREMES.length)];
                for (int i = 0; i < 8 && at + i < copy.length; i++) {
                    copy[at + i] = (byte) (value >> 8 * i);
                }
            }
            case 3 -> copy = Arrays.copyOf(file, at);
            case 4 -> copy = insert(file, at, random(random, 1 + random.nextInt(40)));
            default -> copy = insert(file, at, Arrays.copyOfRange(file, at, Math.min(file.length, at + 50)));
        }
        return copy;
    }

    private static byte[] random(Random random, int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] insert(byte[] file, int at, byte[] more) {
        byte[] result = Arrays.copyOf(file, file.length + more.length);
        System.arraycopy(more, 0, result, at, more.length);
        System.arraycopy(file, at, result, at + more.length, file.length - at);
        return result;
    }
}
