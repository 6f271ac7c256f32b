// NF4 of QLoRA (arXiv:2305.14314). Blocks of 64: scale, 32 bytes whose low nibbles are the first half.
__constant float levels[16] = {
    -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
    -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
    0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
    0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f};

inline float16 decode16(__global const uchar *row, int group) {
    __global const uchar *block = row + (long)(group / 4) * 34;
    float values[16];
    for (int i = 0; i < 16; i++) {
        values[i] = levels[block[2 + 16 * (group % 2) + i] >> 4 * (group % 4 / 2) & 15];
    }
    return vload16(0, values) * half_at(block);
}
