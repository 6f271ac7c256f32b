package dev.loupe.engine.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * SentencePiece's compiled normalization (github.com/google/sentencepiece/blob/master/doc/normalization.md): a
 * double-array trie of byte strings, each with what takes its place.
 *
 * <p>Invariant: at each position the longest string that the trie knows is replaced; other characters stay.
 */
final class CharsMap implements Normalizer {
    private final ByteBuffer units;
    private final byte[] replacements;

    private CharsMap(ByteBuffer units, byte[] replacements) {
        this.units = units;
        this.replacements = replacements;
    }

    /**
     * Reads a map: the size of the trie, the trie, the replacements with a zero byte after each.
     *
     * @throws IllegalArgumentException if it is cut off
     */
    static Normalizer of(byte[] map) {
        if (map.length == 0) {
            return Normalizer.none();
        }
        ByteBuffer bytes = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
        int size = map.length < 4 ? -1 : bytes.getInt();
        if (size < 4 || size > map.length - 4) {
            throw new IllegalArgumentException("a map of " + map.length + " bytes is cut off");
        }
        ByteBuffer units = bytes.slice(4, size).order(ByteOrder.LITTLE_ENDIAN);
        byte[] replacements = new byte[map.length - 4 - size];
        bytes.get(4 + size, replacements);
        return new CharsMap(units, replacements);
    }

    @Override
    public String apply(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream normalized = new ByteArrayOutputStream(utf8.length);
        int at = 0;
        while (at < utf8.length) {
            long match = longest(utf8, at);
            if (match != 0) {
                int replacement = (int) match;
                int end = replacement;
                while (end < replacements.length && replacements[end] != 0) {
                    end++;
                }
                if (replacement < end) {
                    normalized.write(replacements, replacement, end - replacement);
                }
                at += (int) (match >>> 32);
            } else {
                int length = characterLength(utf8[at]);
                normalized.write(utf8, at, length);
                at += length;
            }
        }
        return normalized.toString(StandardCharsets.UTF_8);
    }

    private static int characterLength(byte first) {
        return first >= 0 ? 1 : (first & 0xE0) == 0xC0 ? 2 : (first & 0xF0) == 0xE0 ? 3 : 4;
    }

    /** The length of the longest match in the upper, where its replacement begins in the lower 32 bits; 0 for none. */
    private long longest(byte[] text, int start) {
        long longest = 0;
        int node = offset(unit(0));
        for (int i = start; i < text.length && text[i] != 0; i++) {
            node ^= text[i] & 0xFF;
            int unit = unit(node);
            if ((unit & 0x800000FF) != (text[i] & 0xFF)) {
                break;
            }
            node ^= offset(unit);
            if ((unit >>> 8 & 1) == 1) {
                longest = (long) (i + 1 - start) << 32 | unit(node) & 0x7FFFFFFF;
            }
        }
        return longest;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private int unit(int index) {
        long at = 4L * index;
        return at >= 0 && at + 4 <= units.capacity() ? units.getInt((int) at) : 0x80000000;
    }
}
