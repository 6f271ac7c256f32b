// Blocks of 32: scale, minimum, 32 fifth bits, 16 bytes whose low nibbles are the first half.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 2) * 24;
    float scale = vload_half(0, (__global const half *)block);
    float minimum = vload_half(1, (__global const half *)block);
    ushort fifth = vload2(0, block + 4 + 2 * (group % 2)).s0 | vload2(0, block + 4 + 2 * (group % 2)).s1 << 8;
    ushort16 bits = (ushort16)(fifth) >> (ushort16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) & (ushort)1;
    uchar16 nibbles = vload16(0, block + 8) >> (uchar)(4 * (group % 2)) & (uchar)15;
    return convert_float16(nibbles | convert_uchar16(bits << (ushort)4)) * scale + minimum;
}
