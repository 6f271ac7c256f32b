// Blocks of 32: exponent, 16 bytes whose low nibbles are the first half; there is no negative zero.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 2) * 17;
    int16 nibbles = convert_int16(vload16(0, block + 1)) >> 4 * (group % 2) & 15;
    return minifloat(as_uint16(nibbles), 2, 1) * e8m0(block[0]);
}
