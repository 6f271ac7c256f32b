// The rule of NF4 for three bits. Blocks of 64: scale, 16 bytes of lower two bits, 8 of third bits.
__constant float levels[8] = {-1.0f, -0.53502274f, -0.24693143f, 0.0f, 0.18333748f, 0.38199395f, 0.6229857f, 1.0f};

inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 4) * 26;
    int quarter = group % 4;
    float values[16];
    for (int i = 0; i < 16; i++) {
        int lower = block[2 + i] >> 2 * quarter & 3;
        int third = block[18 + 2 * quarter + i / 8] >> i % 8 & 1;
        values[i] = levels[third << 2 | lower];
    }
    return vload16(0, values) * half_at(block);
}
