// Blocks of 256: d, dmin, 12 bytes of scales and minimums, 128 bytes of nibbles: 32 low, then 32 high, of each 64.
inline uint8 codes32(__global const uchar *row, int block) {
    int s = block % 8;
    uint8 bytes = vload8(0, (__global const uint *)(row + (long)(block / 8) * 144 + 16 + 32 * (s / 2)));
    return bytes >> 4 * (s % 2) & 0x0f0f0f0f;
}

inline float2 factors(__global const uchar *row, int block) {
    __global const uchar *at = row + (long)(block / 8) * 144;
    int s = block % 8;
    return (float2)(half_at(at) * sub_scale(at + 4, s), -half_at(at + 2) * sub_minimum(at + 4, s));
}
