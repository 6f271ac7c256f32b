package dev.loupe.engine.dtype;

/**
 * The twelve bytes in which Q4_K and Q5_K keep the scales s and minimums m of eight sub-blocks, six bits each.
 *
 * <pre>
 *   byte 0..3     s[j + 4] upper 2 : s[j]                  j = byte
 *   byte 4..7     m[j + 4] upper 2 : m[j]                  j = byte - 4
 *   byte 8..11    m[j + 4] lower 4 : s[j + 4] lower 4      j = byte - 8
 * </pre>
 *
 * <p>Source: {@code get_scale_min_k4} of ggml.
 */
final class SixBitScales {
    private SixBitScales() {}

    /** The scale of sub-block {@code s} (0..7), where {@code at} is the first of the twelve bytes. */
    static int scale(byte[] bytes, int at, int s) {
        return s < 4 ? bytes[at + s] & 63 : bytes[at + 4 + s] & 15 | (bytes[at + s - 4] >> 6 & 3) << 4;
    }

    /** The minimum of sub-block {@code s} (0..7). */
    static int min(byte[] bytes, int at, int s) {
        return s < 4 ? bytes[at + 4 + s] & 63 : bytes[at + 4 + s] >> 4 & 15 | (bytes[at + s] >> 6 & 3) << 4;
    }
}
