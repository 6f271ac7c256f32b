// Blocks of 32: scale, 24 bytes of six-bit codes.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 2) * 26;
    float scale = half_at(block);
    return minifloat(six_bits(block + 2, group % 2), 3, 2) * scale;
}
