package dev.loupe.engine.dtype;

/**
 * Thirty-two codes of six bits in 24 bytes, split so that a kernel gets whole vectors with one shift and one mask.
 *
 * <pre>
 *   byte   0            1         ...   15            16                      ...   23
 *          q16 : q0     q17 : q1  ...   q31 : q15     q24 : q16 : q8 : q0     ...   q31 : q23 : q15 : q7
 *          lower four bits                            upper two bits
 * </pre>
 */
final class SixBitCodes {
    private SixBitCodes() {}

    static void put(byte[] bytes, int at, byte[] codes) {
        for (int i = 0; i < 16; i++) {
            bytes[at + i] = (byte) (codes[i + 16] << 4 | codes[i] & 15);
        }
        for (int i = 0; i < 8; i++) {
            bytes[at + 16 + i] = (byte) (codes[i + 24] >> 4 << 6
                    | (codes[i + 16] >> 4 & 3) << 4
                    | (codes[i + 8] >> 4 & 3) << 2
                    | codes[i] >> 4 & 3);
        }
    }

    /** Code {@code i} (0..31). */
    static int get(byte[] bytes, int at, int i) {
        return bytes[at + (i & 15)] >> (i >> 4 << 2) & 15 | (bytes[at + 16 + (i & 7)] >> (i >> 3 << 1) & 3) << 4;
    }
}
