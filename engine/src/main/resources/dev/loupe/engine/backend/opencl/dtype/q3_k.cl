// Blocks of 256: 32 bytes of third bits, 64 of lower two bits, 12 of scales, d.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 16) * 110;
    int s = group % 16;
    int lower = block[96 + s % 8] >> s / 8 * 4 & 15;
    int upper = block[104 + s % 4] >> s / 4 * 2 & 3;
    float scale = half_at(block + 108) * ((upper << 4 | lower) - 32);
    int16 low = convert_int16(vload16(0, block + 32 + s / 8 * 32 + s % 2 * 16)) >> (s & 6) & 3;
    int16 third = (convert_int16(vload16(s % 2, block)) >> s / 2 & 1) << 2;
    return scale * (convert_float16(low | third) - 4.0f);
}
