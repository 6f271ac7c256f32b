// Blocks of 32: scale, minimum, 32 fifth bits, 16 bytes whose low nibbles are the first half.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 2) * 24;
    float scale = half_at(block);
    float minimum = half_at(block + 2);
    int fifth = block[4 + 2 * (group % 2)] | block[5 + 2 * (group % 2)] << 8;
    int16 bits = (int16)(fifth) >> (int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) & 1;
    int16 nibbles = convert_int16(vload16(0, block + 8)) >> 4 * (group % 2) & 15;
    return convert_float16(nibbles | bits << 4) * scale + minimum;
}
