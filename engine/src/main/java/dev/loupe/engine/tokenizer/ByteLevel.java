package dev.loupe.engine.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The alphabet of byte-level BPE (GPT-2's {@code bytes_to_unicode}): a printable character for each of the 256 bytes.
 *
 * <p>Invariant: {@code bytes(spell(text))} is the UTF-8 of {@code text}.
 */
final class ByteLevel {
    private static final int CHARACTERS = 0x144;
    private static final char[] CHARACTER = new char[256];
    private static final short[] BYTE = new short[CHARACTERS];

    static {
        Arrays.fill(BYTE, (short) -1);
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            CHARACTER[b] = (char) (printable ? b : next++);
            BYTE[CHARACTER[b]] = (short) b;
        }
    }

    private ByteLevel() {}

    /** The UTF-8 bytes of a text, each as its character. */
    static String spell(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        char[] spelled = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            spelled[i] = CHARACTER[bytes[i] & 0xFF];
        }
        return new String(spelled);
    }

    /** The bytes of a token; one that is not written in the alphabet stands for its own UTF-8. */
    static byte[] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = token.charAt(i);
            if (c >= CHARACTERS || BYTE[c] < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) BYTE[c];
        }
        return bytes;
    }
}
