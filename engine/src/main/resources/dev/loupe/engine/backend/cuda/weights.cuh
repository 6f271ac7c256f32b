// How weights lie in device memory, and how a lane reads them. A matrix is split into planes, row by row:
//   quants  the codes of each 32 values together, so that a lane loads them with 16-byte loads
//   scales  what each 32 values share
//   supers  what each 256 values share (K-quants)
// DTYPE chooses one format for the whole file. A value is scale * code + minimum.
#define SYM_INT4 1   // quants 16 B: q[i] | q[i+16] << 4, scales f16
#define ASYM_INT4 2  // quants as SYM_INT4, scales (f16 scale, f16 minimum)
#define Q4_K 3       // quants as SYM_INT4, scales (u8 scale, u8 minimum), supers (f16 d, f16 dmin)
#define Q6_K 4       // quants as SYM_INT4 of the low 4 bits, scales s8 x2 and the 2 high bits of 32 codes, supers f16 d
#define SYM_INT8 5   // quants 32 B, scales f16
#define FP8_E4M3 6   // quants 32 B, scales f16
#define FP8_E5M2 7   // quants 32 B, scales f16
#define FP16 8       // quants: the values
#define BF16 9       // quants: the values
#define FP32 10      // quants: the values

#define NIBBLES (DTYPE <= Q6_K)
#define BYTES (DTYPE >= SYM_INT8 && DTYPE <= FP8_E5M2)
#define INTEGERS (DTYPE <= SYM_INT8)

struct Planes {
    const u8* quants;
    const u8* scales;
    const u8* supers;
};

struct Affine {
    float scale;
    float minimum;
};

// Scale and minimum of block b (of 32 values) of the matrix; Q6_K has two scales and its own code.
__device__ __forceinline__ Affine affine(const Planes& w, u64 b) {
#if DTYPE == SYM_INT4
    float d = half_to_float(((const u16*)w.scales)[b]);
    return {d, -8 * d};
#elif DTYPE == ASYM_INT4
    u32 both = ((const u32*)w.scales)[b];
    return {half_to_float(both & 0xffff), half_to_float(both >> 16)};
#elif DTYPE == Q4_K
    u32 both = ((const u32*)w.supers)[b >> 3];
    u32 codes = ((const u16*)w.scales)[b];
    return {half_to_float(both & 0xffff) * (codes & 0xff), -half_to_float(both >> 16) * (codes >> 8)};
#elif BYTES
    return {half_to_float(((const u16*)w.scales)[b]), 0};
#else
    return {1, 0};
#endif
}

// The scales of the two halves of block b of Q6_K.
__device__ __forceinline__ float2 sixteenths(const Planes& w, u64 b) {
    float d = half_to_float(((const u16*)w.supers)[b >> 3]);
    return make_float2(d * (s8)w.scales[b * 10], d * (s8)w.scales[b * 10 + 1]);
}

// One value, found by row and column: what embeds rows and unpacks panels.
__device__ __forceinline__ float value(const Planes& w, u64 row, int column, int columns) {
#if DTYPE >= FP16
    u64 at = row * columns + column;
#if DTYPE == FP16
    return half_to_float(((const u16*)w.quants)[at]);
#elif DTYPE == BF16
    return bf16_to_float(((const u16*)w.quants)[at]);
#else
    return ((const float*)w.quants)[at];
#endif
#else
    u64 b = row * (columns / 32) + column / 32;
    int i = column % 32;
#if BYTES
    float d = affine(w, b).scale;
    u8 code = w.quants[b * 32 + i];
#if DTYPE == SYM_INT8
    return d * (s8)code;
#elif DTYPE == FP8_E4M3
    return d * e4m3_to_float(code);
#else
    return d * e5m2_to_float(code);
#endif
#else
    u32 code = w.quants[b * 16 + i % 16] >> (i / 16 * 4) & 15;
#if DTYPE == Q6_K
    float2 d = sixteenths(w, b);
    int j = i % 16;
    u32 high = w.scales[b * 10 + 2 + i / 16 * 4 + j % 4] >> (j / 4 * 2) & 3;
    return (i < 16 ? d.x : d.y) * ((int)(code | high << 4) - 32);
#else
    Affine a = affine(w, b);
    return DTYPE == SYM_INT4 ? a.scale * ((int)code - 8) : a.scale * code + a.minimum;
#endif
#endif
#endif
}
