// Blocks of 256: d, dmin, 12 bytes of scales and minimums, 128 bytes of nibbles: 32 low, then 32 high, of each 64.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 16) * 144;
    int s = group % 16 / 2;
    float scale = vload_half(0, (__global const half *)block) * sub_scale(block + 4, s);
    float minimum = vload_half(1, (__global const half *)block) * sub_minimum(block + 4, s);
    uchar16 bytes = vload16(0, block + 16 + 32 * (s / 2) + 16 * (group % 2));
    return scale * convert_float16(bytes >> (uchar)(4 * (s % 2)) & (uchar)15) - minimum;
}
