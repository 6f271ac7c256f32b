// Blocks of 256: 16 bytes of minimum : scale, 64 of two bits, d, dmin.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 16) * 84;
    int s = group % 16;
    float scale = half_at(block + 80) * (block[s] & 15);
    float minimum = half_at(block + 82) * (block[s] >> 4);
    int16 codes = convert_int16(vload16(0, block + 16 + s / 8 * 32 + s % 2 * 16)) >> (s & 6) & 3;
    return scale * convert_float16(codes) - minimum;
}
