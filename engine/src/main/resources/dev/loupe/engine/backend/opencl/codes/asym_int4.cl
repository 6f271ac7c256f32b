// Blocks of 32: scale, minimum, 16 bytes whose low nibbles are the first half.
inline uint8 codes32(__global const uchar *row, int block) {
    uint4 bytes = vload4(0, (__global const uint *)(row + (long)block * 20 + 4));
    return (uint8)(bytes & 0x0f0f0f0f, bytes >> 4 & 0x0f0f0f0f);
}

inline float2 factors(__global const uchar *row, int block) {
    __global const uchar *at = row + (long)block * 20;
    return (float2)(half_at(at), half_at(at + 2));
}
