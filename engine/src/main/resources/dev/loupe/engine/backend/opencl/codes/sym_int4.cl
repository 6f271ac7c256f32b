// Blocks of 32: scale, 16 bytes whose low nibbles are the first half.
inline uint8 codes32(__global const uchar *row, int block) {
    uint4 bytes = as_uint4(vload8(0, (__global const ushort *)(row + (long)block * 18 + 2)));
    return (uint8)(bytes & 0x0f0f0f0f, bytes >> 4 & 0x0f0f0f0f);
}

inline float2 factors(__global const uchar *row, int block) {
    float scale = half_at(row + (long)block * 18);
    return (float2)(scale, -8 * scale);
}
