// Blocks of 32: exponent, 24 bytes of six-bit codes.
inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 2) * 25;
    return minifloat(six_bits(block + 1, group % 2), 2, 3) * e8m0(block[0]);
}
