// Dtypes that lie in device memory as files have them, row by row: decode16 gives values 16 group ... 16 group + 15 of a
// row. A file that stands on this is compiled for one DTYPE.
#define Q5_K 11
#define Q3_K 12
#define Q2_K 13
#define SYM_INT5 14
#define ASYM_INT5 15
#define FP6_E2M3 16
#define FP6_E3M2 17
#define FP4 18
#define NF4 19
#define NF3 20
#define MXFP8 21
#define MXFP6 22
#define MXFP4 23

__device__ __forceinline__ float half_at(const u8* at) { return half_to_float(*(const u16*)at); }

// Small floats (OCP OFP8 v1.0, MX v1.0) without subnormal arithmetic: (mantissa with its leading bit) 2^exponent.
template <int EXPONENT, int MANTISSA>
__device__ __forceinline__ float minifloat(u32 code) {
    u32 exponent = code >> MANTISSA & ((1 << EXPONENT) - 1);
    u32 mantissa = code & ((1 << MANTISSA) - 1) | (exponent != 0) << MANTISSA;
    const int bias = (1 << (EXPONENT - 1)) - 1 + MANTISSA;
    float value = mantissa * __uint_as_float((max(exponent, 1u) + 127 - bias) << 23);
    return code >> (EXPONENT + MANTISSA) & 1 ? -value : value;
}

// 2^(code - 127); NaN for 255.
__device__ __forceinline__ float e8m0(u32 code) {
    return __uint_as_float(code == 255 ? 0x7fffffff : code == 0 ? 0x400000 : code << 23);
}

// Code 16 part + i of 32 codes of six bits: 16 bytes of low nibbles first, then 8 bytes of upper bits.
__device__ __forceinline__ u32 six_bits(const u8* at, int part, int i) {
    return at[i] >> 4 * part & 15 | (at[16 + i % 8] >> (4 * part + i / 8 * 2) & 3) << 4;
}

__device__ __forceinline__ float nf4(int code) {
    const float levels[16] = {-1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
                              -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
                              0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
                              0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f};
    return levels[code];
}

__device__ __forceinline__ float nf3(int code) {
    const float levels[8] = {-1.0f, -0.53502274f, -0.24693143f, 0.0f, 0.18333748f, 0.38199395f, 0.6229857f, 1.0f};
    return levels[code];
}

__device__ __forceinline__ void decode16(const u8* row, int group, float* v) {
    int part = group % 2;
#if DTYPE == Q5_K
    const u8* block = row + (u64)(group / 16) * 176;
    int s = group % 16 / 2;
    const u8* six = block + 4;
    float scale = half_at(block) * (s < 4 ? six[s] & 63 : (six[s + 4] & 15) | six[s - 4] >> 6 << 4);
    float minimum = half_at(block + 2) * (s < 4 ? six[s + 4] & 63 : six[s + 4] >> 4 | six[s] >> 6 << 4);
    for (int i = 0; i < 16; i++) {
        int fifth = block[16 + 16 * part + i] >> s & 1;
        int low = block[48 + 32 * (s / 2) + 16 * part + i] >> 4 * (s % 2) & 15;
        v[i] = scale * (low | fifth << 4) - minimum;
    }
#elif DTYPE == Q3_K
    const u8* block = row + (u64)(group / 16) * 110;
    int s = group % 16;
    int lower = block[96 + s % 8] >> s / 8 * 4 & 15, upper = block[104 + s % 4] >> s / 4 * 2 & 3;
    float scale = half_at(block + 108) * ((upper << 4 | lower) - 32);
    for (int i = 0; i < 16; i++) {
        int low = block[32 + s / 8 * 32 + s % 2 * 16 + i] >> (s & 6) & 3;
        int third = block[16 * (s % 2) + i] >> s / 2 & 1;
        v[i] = scale * ((low | third << 2) - 4);
    }
#elif DTYPE == Q2_K
    const u8* block = row + (u64)(group / 16) * 84;
    int s = group % 16;
    float scale = half_at(block + 80) * (block[s] & 15), minimum = half_at(block + 82) * (block[s] >> 4);
    for (int i = 0; i < 16; i++) v[i] = scale * (block[16 + s / 8 * 32 + s % 2 * 16 + i] >> (s & 6) & 3) - minimum;
#elif DTYPE == SYM_INT5
    const u8* block = row + (u64)(group / 2) * 22;
    float scale = half_at(block);
    u32 fifth = *(const u16*)(block + 2 + 2 * part);
    for (int i = 0; i < 16; i++) v[i] = ((int)(block[6 + i] >> 4 * part & 15 | (fifth >> i & 1) << 4) - 16) * scale;
#elif DTYPE == ASYM_INT5
    const u8* block = row + (u64)(group / 2) * 24;
    float scale = half_at(block), minimum = half_at(block + 2);
    u32 fifth = *(const u16*)(block + 4 + 2 * part);
    for (int i = 0; i < 16; i++) v[i] = (block[8 + i] >> 4 * part & 15 | (fifth >> i & 1) << 4) * scale + minimum;
#elif DTYPE == FP6_E2M3 || DTYPE == FP6_E3M2
    const u8* block = row + (u64)(group / 2) * 26;
    float scale = half_at(block);
    const int exponent = DTYPE == FP6_E2M3 ? 2 : 3;
    for (int i = 0; i < 16; i++) v[i] = minifloat<exponent, 5 - exponent>(six_bits(block + 2, part, i)) * scale;
#elif DTYPE == MXFP6
    const u8* block = row + (u64)(group / 2) * 25;
    float scale = e8m0(block[0]);
    for (int i = 0; i < 16; i++) v[i] = minifloat<2, 3>(six_bits(block + 1, part, i)) * scale;
#elif DTYPE == FP4 || DTYPE == MXFP4
    const int head = DTYPE == FP4 ? 2 : 1;
    const u8* block = row + (u64)(group / 2) * (head + 16);
    float scale = DTYPE == FP4 ? half_at(block) : e8m0(block[0]);
    for (int i = 0; i < 16; i++) v[i] = minifloat<2, 1>(block[head + i] >> 4 * part & 15) * scale;
#elif DTYPE == MXFP8
    const u8* block = row + (u64)(group / 2) * 33;
    float scale = e8m0(block[0]);
    for (int i = 0; i < 16; i++) v[i] = e4m3_to_float(block[1 + 16 * part + i]) * scale;
#elif DTYPE == NF4
    const u8* block = row + (u64)(group / 4) * 34;
    float scale = half_at(block);
    for (int i = 0; i < 16; i++) v[i] = nf4(block[2 + 16 * part + i] >> 4 * (group % 4 / 2) & 15) * scale;
#elif DTYPE == NF3
    const u8* block = row + (u64)(group / 4) * 26;
    float scale = half_at(block);
    int quarter = group % 4;
    for (int i = 0; i < 16; i++) {
        int lower = block[2 + i] >> 2 * quarter & 3, third = block[18 + 2 * quarter + i / 8] >> i % 8 & 1;
        v[i] = nf3(third << 2 | lower) * scale;
    }
#endif
}
