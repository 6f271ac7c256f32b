// Blocks of 256: d, dmin, 12 bytes of scales and minimums, 128 bytes of nibbles: 32 low, then 32 high, of each 64.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 16) * 144;
    int s = group % 16 / 2;
    float scale = half_at(block) * sub_scale(block + 4, s);
    float minimum = half_at(block + 2) * sub_minimum(block + 4, s);
    int16 bytes = convert_int16(vload16(0, block + 16 + 32 * (s / 2) + 16 * (group % 2)));
    return scale * convert_float16(bytes >> 4 * (s % 2) & 15) - minimum;
}
