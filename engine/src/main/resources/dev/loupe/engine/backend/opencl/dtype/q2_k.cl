// Blocks of 256: 16 bytes of minimum : scale, 64 of two bits, d, dmin.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 16) * 84;
    int s = group % 16;
    float scale = vload_half(40, (__global const half *)block) * (block[s] & 15);
    float minimum = vload_half(41, (__global const half *)block) * (block[s] >> 4);
    uchar16 codes = vload16(0, block + 16 + s / 8 * 32 + s % 2 * 16) >> (uchar)(s & 6) & (uchar)3;
    return scale * convert_float16(codes) - minimum;
}
