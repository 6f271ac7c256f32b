// Blocks of 256: 128 bytes of lower four bits, 64 of upper two bits, 16 scales, d.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 16) * 210;
    int s = group % 16;
    int quarter = s % 8 / 2; // 32 values of a half of 128
    float scale = half_at(block + 208) * ((__global const char *)block)[192 + s];
    int16 low = convert_int16(vload16(0, block + 64 * (s / 8) + 32 * (quarter % 2) + 16 * (s % 2)));
    int16 high = convert_int16(vload16(0, block + 128 + 32 * (s / 8) + 16 * (s % 2)));
    int16 code = (low >> 4 * (quarter / 2) & 15) | (high >> 2 * quarter & 3) << 4;
    return scale * (convert_float16(code) - 32.0f);
}
