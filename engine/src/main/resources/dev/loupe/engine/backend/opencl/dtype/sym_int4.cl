// Blocks of 32: scale, 16 bytes whose low nibbles are the first half.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 2) * 18;
    float scale = half_at(block);
    int16 nibbles = convert_int16(vload16(0, block + 2)) >> 4 * (group % 2) & 15;
    return (convert_float16(nibbles) - 8.0f) * scale;
}
