// Blocks of 256: d, dmin, 12 bytes of scales and minimums, 32 of fifth bits, 128 of nibbles as in q4_k.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 16) * 176;
    int s = group % 16 / 2;
    float scale = vload_half(0, (__global const half *)block) * sub_scale(block + 4, s);
    float minimum = vload_half(1, (__global const half *)block) * sub_minimum(block + 4, s);
    uchar16 fifth = (vload16(group % 2, block + 16) >> (uchar)s & (uchar)1) << (uchar)4;
    uchar16 bytes = vload16(0, block + 48 + 32 * (s / 2) + 16 * (group % 2));
    return scale * convert_float16(bytes >> (uchar)(4 * (s % 2)) & (uchar)15 | fifth) - minimum;
}
