// Weights as a whole: from GGUF's rows to planes, rows to fp32, a panel of rows to fp16 for the tensor cores.

// One thread 32 values: from file blocks (source) to planes (quants, scales, supers), see weights.cuh.
extern "C" __global__ void repack(const u8* source, u8* quants, u8* scales, u8* supers, u64 blocks) {
    u64 b = (u64)blockIdx.x * blockDim.x + threadIdx.x;
    if (b >= blocks) return;
#if DTYPE == SYM_INT4 || DTYPE == ASYM_INT4
    int head = DTYPE == SYM_INT4 ? 2 : 4;
    const u8* from = source + b * (head + 16);
    for (int i = 0; i < 16; i++) quants[b * 16 + i] = from[head + i];
    for (int i = 0; i < head; i++) scales[b * head + i] = from[i];
#elif DTYPE == Q4_K
    const u8* from = source + (b >> 3) * 144;
    int s = b & 7;
    const u8* codes = from + 16 + 32 * (s / 2);
    int shift = 4 * (s & 1);
    for (int i = 0; i < 16; i++)
        quants[b * 16 + i] = (codes[i] >> shift & 15) | (codes[i + 16] >> shift & 15) << 4;
    const u8* six = from + 4;
    scales[b * 2] = s < 4 ? six[s] & 63 : (six[s + 4] & 15) | six[s - 4] >> 6 << 4;
    scales[b * 2 + 1] = s < 4 ? six[s + 4] & 63 : six[s + 4] >> 4 | six[s] >> 6 << 4;
    if (s == 0)
        for (int i = 0; i < 4; i++) supers[(b >> 3) * 4 + i] = from[i];
#elif DTYPE == Q6_K
    const u8* from = source + (b >> 3) * 210;
    int half = (b & 7) / 4, quarter = b & 3;
    const u8* low = from + 64 * half + 32 * (quarter & 1);
    const u8* high = from + 128 + 32 * half;
    int shift = 4 * (quarter >> 1);
    for (int i = 0; i < 16; i++)
        quants[b * 16 + i] = (low[i] >> shift & 15) | (low[i + 16] >> shift & 15) << 4;
    scales[b * 10] = from[192 + 8 * half + 2 * quarter];
    scales[b * 10 + 1] = from[192 + 8 * half + 2 * quarter + 1];
    for (int i = 0; i < 8; i++) {
        u32 bits = 0;
        for (int w = 0; w < 4; w++) bits |= (high[i / 4 * 16 + 4 * w + i % 4] >> 2 * quarter & 3) << 2 * w;
        scales[b * 10 + 2 + i] = bits;
    }
    if ((b & 7) == 0)
        for (int i = 0; i < 2; i++) supers[(b >> 3) * 2 + i] = from[208 + i];
#elif BYTES
    const u8* from = source + b * 34;
    for (int i = 0; i < 32; i++) quants[b * 32 + i] = from[2 + i];
    for (int i = 0; i < 2; i++) scales[b * 2 + i] = from[i];
#endif
}

// One block a token: out (tokens, columns).
extern "C" __global__ void embed(Planes table, const int* ids, float* out, int columns) {
    let_next_start();
    wait_for_earlier();
    u64 row = ids[blockIdx.x];
    for (int c = threadIdx.x; c < columns; c += blockDim.x)
        out[(u64)blockIdx.x * columns + c] = value(table, row, c, columns);
}

// Rows first, first + 1, ... as fp16 (rows, columns); one thread 8 values, columns a multiple of 8.
extern "C" __global__ void unpack(Planes w, u64 first, u16* out, int columns, u64 elements) {
    u64 e = ((u64)blockIdx.x * blockDim.x + threadIdx.x) * 8;
    if (e >= elements) return;
    u64 row = first + e / columns;
    int column = e % columns;
    union {
        u16 halves[8];
        uint4 whole;
    } result;
#if NIBBLES && DTYPE != Q6_K
    u64 b = row * (columns / 32) + column / 32;
    Affine a = affine(w, b);
    u64 codes = *(const u64*)(w.quants + b * 16 + (column & 8)) >> (column & 16 ? 4 : 0);
#pragma unroll
    for (int i = 0; i < 8; i++) {
        int code = codes >> 8 * i & 15;
        result.halves[i] = float_to_half(DTYPE == SYM_INT4 ? a.scale * (code - 8) : a.scale * code + a.minimum);
    }
#else
#pragma unroll
    for (int i = 0; i < 8; i++) result.halves[i] = float_to_half(value(w, row, column + i, columns));
#endif
    *(uint4*)(out + e) = result.whole;
}
