// Blocks of 32: exponent, 32 bytes.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 2) * 33;
    return e4m3(convert_uint16(vload16(group % 2, block + 1))) * e8m0(block[0]);
}
