// Blocks of 32: scale, 32 bytes.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 2) * 34;
    float scale = half_at(block);
    return convert_float16(vload16(group % 2, (__global const char *)(block + 2))) * scale;
}
