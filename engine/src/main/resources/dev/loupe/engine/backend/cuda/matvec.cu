// Products of a few tokens with matrices that share one input: y = W x, bound by reading W once.
//
// There is a block or two for each multiprocessor. It reads the input for itself: normed where a norm precedes, then,
// for integer weights, held as 16-bit integers with a scale for each 32 of them, split into high and low bytes, so that
// dp4a multiplies four codes at once and a block's sum is exact. Rounding to 16 bits costs 2^-16 of the block's largest
// value. Its warps take ROWS rows at a time, whose lanes take units of 32 (or 8, 4, 1) values in turn; TOKENS tokens
// share what they load. What comes next is always under way, and the first of it while earlier kernels still run.
// Invariant: the sum of a row and token has one order, whatever ROWS, TOKENS and the grid are.

struct Matrix {
    Planes w;
    const float* bias;
    float* out;
    int rows;
    int unused;
};

struct Product {
    Matrix m[3];
    const float* x;     // (tokens, columns)
    const float* norm;  // (columns), or null: x is the input as it is
    float* residual;    // (tokens, rows) that the result is added to as well, or null
    float eps;
    int columns;
    int tokens;
    int count;       // matrices
    int activation;  // -1, or m[0] is a gate, m[1] what it gates, and the result goes to m[0].out
};

#if NIBBLES || BYTES
#define UNIT 32
#elif !defined(ALIGNED)
#define UNIT 1
#elif DTYPE == FP32
#define UNIT 4
#else
#define UNIT 8
#endif

// What a lane has of a unit: 16 bytes of codes, or 32, and words in which its scales are.
#if NIBBLES
#define QUADS 1
#define WORDS (DTYPE == Q4_K ? 2 : DTYPE == Q6_K ? 4 : 1)
#elif BYTES
#define QUADS 2
#define WORDS 1
#elif UNIT > 1
#define QUADS 1
#define WORDS 0
#else
#define QUADS 0
#define WORDS 1
#endif

// Units under way: each of the WARPS warps has a ring of STAGES stages in shared memory, of which a lane fills and reads its own part.
#define STAGE_BYTES (ROWS * WARP * (16 * QUADS + 4 * WORDS))

struct Raw {
    uint4 q[QUADS > 0 ? QUADS : 1];
    u32 words[WORDS > 0 ? WORDS : 1];
};

#define WAIT() WAIT_UNTIL(STAGES - 1)

// Where a lane's next unit of a row is. 32 units on, every plane has moved by whole words.
struct Source {
    const u8* quants;
    const u8* words;
    const u8* supers;
};

__device__ __forceinline__ Source source(const Planes& w, u64 unit) {
    Source from;
#if QUADS > 0
    from.quants = w.quants + unit * QUADS * 16;
#endif
#if DTYPE == ASYM_INT4
    from.words = w.scales + unit * 4;
#elif DTYPE == Q6_K
    from.words = w.scales + (unit * 10 & ~3ull);
    from.supers = w.supers + (unit >> 4) * 4;
#elif NIBBLES || BYTES
    from.words = w.scales + (unit >> 1) * 4;
    from.supers = w.supers + (unit >> 3) * 4;
#elif QUADS == 0
    from.words = w.quants + unit * (DTYPE == FP32 ? 4 : 2);
#endif
    return from;
}

// Copies a lane's unit into its row of a stage, and goes on to the next.
__device__ __forceinline__ void fetch(u8* quads, u8* words, Source& from) {
#if QUADS > 0
#pragma unroll
    for (int i = 0; i < QUADS; i++) COPY16(quads + i * WARP * 16, from.quants + i * 16);
    from.quants += WARP * QUADS * 16;
#endif
#if DTYPE == Q6_K
#pragma unroll
    for (int i = 0; i < 3; i++) COPY4(words + i * WARP * 4, from.words + 4 * i);
    COPY4(words + 3 * WARP * 4, from.supers);
    from.words += WARP * 10;
    from.supers += WARP / 4;
#elif NIBBLES || BYTES
    COPY4(words, from.words);
    from.words += WARP * (DTYPE == ASYM_INT4 ? 4 : 2);
#if DTYPE == Q4_K
    COPY4(words + WARP * 4, from.supers);
    from.supers += WARP / 2;
#endif
#elif QUADS == 0
    *(u32*)words = DTYPE == FP32 ? *(const u32*)from.words : *(const u16*)from.words;
    from.words += WARP * (DTYPE == FP32 ? 4 : 2);
#endif
}

// What was copied, the scales moved to the low bits of their words.
__device__ __forceinline__ void take(Raw& raw, const u8* stage, int j, u64 unit) {
    int lane = threadIdx.x % WARP;
#if QUADS > 0
    const uint4* quads = (const uint4*)stage + j * QUADS * WARP + lane;
#pragma unroll
    for (int i = 0; i < QUADS; i++) raw.q[i] = quads[i * WARP];
#endif
#if WORDS > 0
    const u32* words = (const u32*)(stage + ROWS * QUADS * WARP * 16) + j * WORDS * WARP + lane;
#pragma unroll
    for (int i = 0; i < WORDS; i++) raw.words[i] = words[i * WARP];
    int odd = (int)unit & 1;
#if DTYPE == Q6_K
    if (odd) {
        raw.words[0] = __funnelshift_r(raw.words[0], raw.words[1], 16);
        raw.words[1] = __funnelshift_r(raw.words[1], raw.words[2], 16);
        raw.words[2] >>= 16;
    }
    raw.words[3] = raw.words[3] >> ((unit >> 3 & 1) * 16) & 0xffff;
#elif (NIBBLES || BYTES) && DTYPE != ASYM_INT4
    raw.words[0] = raw.words[0] >> (odd * 16) & 0xffff;
#endif
#endif
}


// The input in shared memory: planes of 16 bytes, so that neighbouring lanes never meet in a bank.
struct Input {
    uint4* planes;  // integers: high bytes of 0..15, of 16..31, low bytes likewise; floats: four values each
    float* scales;  // integers only: (units)
    float* sums;    // integers only: (2, units), the sums of 0..15 and of 16..31
    int units;
};

#define INTEGER_UNIT_BYTES (64 + 12)  // of a token; all of them are rounded up to 16

__device__ __forceinline__ Input input(u8* shared, int token, int columns) {
    Input in;
    in.units = (columns + UNIT - 1) / UNIT;
#if INTEGERS
    u8* base = shared + token * ((in.units * INTEGER_UNIT_BYTES + 15) / 16 * 16);
    in.planes = (uint4*)base;
    in.scales = (float*)(base + (u64)in.units * 64);
    in.sums = in.scales + in.units;
#else
    in.planes = (uint4*)(shared + token * in.units * UNIT * 4);
#endif
    return in;
}

// The nearest integer of a number below 2^22: it is what the last bits of a sum with 1.5 * 2^23 are.
__device__ __forceinline__ int nearest(float v) { return __float_as_int(__fadd_rn(v, 12582912.0f)) - 0x4b400000; }

// Four values from column c on, as the products read them; 8 neighbouring threads hold a block of 32.
__device__ __forceinline__ void put(const Input& in, int c, bool there, float4 v) {
#if INTEGERS
    u32 most = max(max(__float_as_uint(fabsf(v.x)), __float_as_uint(fabsf(v.y))),
                   max(__float_as_uint(fabsf(v.z)), __float_as_uint(fabsf(v.w))));
    for (int o = 1; o < 8; o *= 2) most = max(most, __shfl_xor_sync(FULL, most, o));
    float largest = __uint_as_float(most);
    float inverse = largest > 0 ? __fdividef(32767, largest) : 0;
    int q0 = nearest(v.x * inverse), q1 = nearest(v.y * inverse);
    int q2 = nearest(v.z * inverse), q3 = nearest(v.w * inverse);
    int sum = q0 + q1 + q2 + q3;
    sum += __shfl_xor_sync(FULL, sum, 1);
    sum += __shfl_xor_sync(FULL, sum, 2);
    if (!there) return;
    int unit = c / 32, part = c % 32 / 4;
    u32* high = (u32*)(in.planes + (part / 4) * in.units + unit) + part % 4;
    u32* low = (u32*)(in.planes + (2 + part / 4) * in.units + unit) + part % 4;
    *low = (q0 & 255) | (q1 & 255) << 8 | (q2 & 255) << 16 | (u32)(q3 & 255) << 24;
    *high = (q0 >> 8 & 255) | (q1 >> 8 & 255) << 8 | (q2 >> 8 & 255) << 16 | (u32)(q3 >> 8 & 255) << 24;
    if (part % 4 == 0) in.sums[part / 4 * in.units + unit] = sum;
    if (part == 0) in.scales[unit] = largest * (1 / 32767.0f);
#else
    if (there) ((float4*)in.planes)[c % UNIT / 4 * in.units + c / UNIT] = v;
#endif
}

#define EARLY 3  // loads of a thread that are under way together: of a norm and its row
#define HELD 6   // and of a row alone

// A row into shared memory, times the norm's weights, of which `early` has this thread's first; the sum of its squares.
// What the norm divides by is known only when all have come, and the results are divided by it.
template <bool NORMED>
__device__ __forceinline__ float fill(const Input& in, const float* row, const float* norm, const float4* early,
                                      int columns) {
    float squares = 0;
#if UNIT >= 4
    int rounded = (columns + 127) / 128 * 128;  // whole warps
    bool first = true;
    constexpr int TOGETHER = NORMED ? EARLY : HELD;
#pragma unroll 1
    for (int base = 4 * threadIdx.x; base < rounded; base += 4 * TOGETHER * blockDim.x, first = false) {
        float4 v[TOGETHER];
#pragma unroll
        for (int i = 0; i < TOGETHER; i++) {
            int c = base + 4 * i * blockDim.x;
            v[i] = c < columns ? *(const float4*)(row + c) : make_float4(0, 0, 0, 0);
        }
#pragma unroll
        for (int i = 0; i < TOGETHER; i++) {
            int c = base + 4 * i * blockDim.x;
            if (NORMED) {
                float4 n = first || c >= columns ? early[i < EARLY ? i : 0] : *(const float4*)(norm + c);
                squares += v[i].x * v[i].x + v[i].y * v[i].y + v[i].z * v[i].z + v[i].w * v[i].w;
                v[i] = make_float4(v[i].x * n.x, v[i].y * n.y, v[i].z * n.z, v[i].w * n.w);
            }
            if (c < rounded) put(in, c, c < columns, v[i]);
        }
    }
#else
    float* out = (float*)in.planes;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        squares += row[c] * row[c];
        out[c] = NORMED ? row[c] * norm[c] : row[c];
    }
#endif
    return squares;
}

__device__ __forceinline__ int dot_unsigned(u32 codes, u32 x, int sum) {
    asm("dp4a.u32.u32 %0, %1, %2, %0;" : "+r"(sum) : "r"(codes), "r"(x));
    return sum;
}

__device__ __forceinline__ int dot_mixed(u32 codes, u32 x, int sum) {
    asm("dp4a.u32.s32 %0, %1, %2, %0;" : "+r"(sum) : "r"(codes), "r"(x));
    return sum;
}

__device__ __forceinline__ int dot_signed_unsigned(u32 codes, u32 x, int sum) {
    asm("dp4a.s32.u32 %0, %1, %2, %0;" : "+r"(sum) : "r"(codes), "r"(x));
    return sum;
}

__device__ __forceinline__ int dot_signed(u32 codes, u32 x, int sum) {
    asm("dp4a.s32.s32 %0, %1, %2, %0;" : "+r"(sum) : "r"(codes), "r"(x));
    return sum;
}

__device__ __forceinline__ float fma4(float4 a, float4 b, float sum) {
    return fmaf(a.w, b.w, fmaf(a.z, b.z, fmaf(a.y, b.y, fmaf(a.x, b.x, sum))));
}

// Adds a unit's share to a sum.
__device__ __forceinline__ float dot(const Raw& raw, const Input& in, int unit, float sum) {
#if NIBBLES
    uint4 h0 = in.planes[unit], h1 = in.planes[in.units + unit];
    uint4 l0 = in.planes[2 * in.units + unit], l1 = in.planes[3 * in.units + unit];
    u32 q[4] = {raw.q[0].x, raw.q[0].y, raw.q[0].z, raw.q[0].w};
    u32 hs0[4] = {h0.x, h0.y, h0.z, h0.w}, hs1[4] = {h1.x, h1.y, h1.z, h1.w};
    u32 ls0[4] = {l0.x, l0.y, l0.z, l0.w}, ls1[4] = {l1.x, l1.y, l1.z, l1.w};
    float xs = in.scales[unit], sum0 = in.sums[unit], sum1 = in.sums[in.units + unit];
#if DTYPE == Q6_K
    u32 bits0 = __funnelshift_r(raw.words[0], raw.words[1], 16), bits1 = __funnelshift_r(raw.words[1], raw.words[2], 16);
    int high0 = 0, low0 = 0, high1 = 0, low1 = 0;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        u32 c0 = (q[i] & 0x0f0f0f0f) | (bits0 >> 2 * i & 0x03030303) << 4;
        u32 c1 = (q[i] >> 4 & 0x0f0f0f0f) | (bits1 >> 2 * i & 0x03030303) << 4;
        high0 = dot_mixed(c0, hs0[i], high0);
        low0 = dot_unsigned(c0, ls0[i], low0);
        high1 = dot_mixed(c1, hs1[i], high1);
        low1 = dot_unsigned(c1, ls1[i], low1);
    }
    float d = half_to_float(raw.words[3]) * xs;
    sum = fmaf(d * (s8)(raw.words[0] & 255), (float)(high0 * 256 + low0) - 32 * sum0, sum);
    return fmaf(d * (s8)(raw.words[0] >> 8 & 255), (float)(high1 * 256 + low1) - 32 * sum1, sum);
#else
    int high = 0, low = 0;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        u32 c0 = q[i] & 0x0f0f0f0f, c1 = q[i] >> 4 & 0x0f0f0f0f;
        high = dot_mixed(c0, hs0[i], high);
        low = dot_unsigned(c0, ls0[i], low);
        high = dot_mixed(c1, hs1[i], high);
        low = dot_unsigned(c1, ls1[i], low);
    }
    float product = high * 256 + low;
#if DTYPE == SYM_INT4
    return fmaf(half_to_float(raw.words[0]) * xs, product - 8 * (sum0 + sum1), sum);
#elif DTYPE == ASYM_INT4
    float part = fmaf(half_to_float(raw.words[0] & 0xffff), product, half_to_float(raw.words[0] >> 16) * (sum0 + sum1));
    return fmaf(xs, part, sum);
#else
    float scale = half_to_float(raw.words[1] & 0xffff) * (raw.words[0] & 255);
    float minimum = half_to_float(raw.words[1] >> 16) * (raw.words[0] >> 8);
    return fmaf(xs, fmaf(scale, product, -minimum * (sum0 + sum1)), sum);
#endif
#endif
#elif DTYPE == SYM_INT8
    uint4 h0 = in.planes[unit], h1 = in.planes[in.units + unit];
    uint4 l0 = in.planes[2 * in.units + unit], l1 = in.planes[3 * in.units + unit];
    u32 q[8] = {raw.q[0].x, raw.q[0].y, raw.q[0].z, raw.q[0].w, raw.q[1].x, raw.q[1].y, raw.q[1].z, raw.q[1].w};
    u32 hs[8] = {h0.x, h0.y, h0.z, h0.w, h1.x, h1.y, h1.z, h1.w};
    u32 ls[8] = {l0.x, l0.y, l0.z, l0.w, l1.x, l1.y, l1.z, l1.w};
    int high = 0, low = 0;
#pragma unroll
    for (int i = 0; i < 8; i++) {
        high = dot_signed(q[i], hs[i], high);
        low = dot_signed_unsigned(q[i], ls[i], low);
    }
    return fmaf(half_to_float(raw.words[0]) * in.scales[unit], fmaf(256, high, low), sum);
#elif BYTES
    u32 q[8] = {raw.q[0].x, raw.q[0].y, raw.q[0].z, raw.q[0].w, raw.q[1].x, raw.q[1].y, raw.q[1].z, raw.q[1].w};
    float part = 0;
#pragma unroll
    for (int i = 0; i < 8; i++) {
        float4 v;
#if DTYPE == FP8_E4M3
        v = make_float4(e4m3_to_float(q[i] & 255), e4m3_to_float(q[i] >> 8 & 255), e4m3_to_float(q[i] >> 16 & 255),
                        e4m3_to_float(q[i] >> 24));
#else
        v = make_float4(e5m2_to_float(q[i] & 255), e5m2_to_float(q[i] >> 8 & 255), e5m2_to_float(q[i] >> 16 & 255),
                        e5m2_to_float(q[i] >> 24));
#endif
        part = fma4(v, ((const float4*)in.planes)[i * in.units + unit], part);
    }
    return fmaf(half_to_float(raw.words[0]), part, sum);
#elif UNIT == 4
    float4 w = make_float4(__uint_as_float(raw.q[0].x), __uint_as_float(raw.q[0].y), __uint_as_float(raw.q[0].z),
                           __uint_as_float(raw.q[0].w));
    return fma4(w, ((const float4*)in.planes)[unit], sum);
#elif UNIT == 8
    u32 q[4] = {raw.q[0].x, raw.q[0].y, raw.q[0].z, raw.q[0].w};
    float w[8];
#pragma unroll
    for (int i = 0; i < 4; i++) {
#if DTYPE == FP16
        w[2 * i] = half_to_float(q[i] & 0xffff);
        w[2 * i + 1] = half_to_float(q[i] >> 16);
#else
        w[2 * i] = __uint_as_float(q[i] << 16);
        w[2 * i + 1] = __uint_as_float(q[i] & 0xffff0000);
#endif
    }
    sum = fma4(make_float4(w[0], w[1], w[2], w[3]), ((const float4*)in.planes)[unit], sum);
    return fma4(make_float4(w[4], w[5], w[6], w[7]), ((const float4*)in.planes)[in.units + unit], sum);
#else
    float x = ((const float*)in.planes)[unit];
#if DTYPE == FP32
    return fmaf(__uint_as_float(raw.words[0]), x, sum);
#elif DTYPE == FP16
    return fmaf(half_to_float(raw.words[0]), x, sum);
#else
    return fmaf(__uint_as_float(raw.words[0] << 16), x, sum);
#endif
#endif
}

__device__ __forceinline__ float activate(int activation, float x) {
    if (activation == 0) return x / (1 + expf(-x));
    return 0.5f * x * (1 + tanhf(0.7978845608028654f * (x + 0.044715f * x * x * x)));
}

// Which rows a group is: of which matrix, and which of its rows. Beyond the last row it is the last again.
__device__ __forceinline__ void find(int* matrix, int* row, const Product& p, int group, int total) {
#pragma unroll
    for (int j = 0; j < ROWS; j++) {
        int at, m = 0;
        if (p.activation >= 0) {  // a row of the gate, then the same of what it gates
            m = j % 2;
            at = min(group * (ROWS / 2) + j / 2, p.m[0].rows - 1);
        } else {
            at = min(group * ROWS + j, total - 1);
            if (p.count > 1 && at >= p.m[0].rows) at -= p.m[0].rows, m = 1;
            if (p.count > 2 && m == 1 && at >= p.m[1].rows) at -= p.m[1].rows, m = 2;
        }
        matrix[j] = m;
        row[j] = at;
    }
}


// A warp's way through its groups and their units, as far as it has fetched.
struct Ahead {
    int group;
    int unit;   // of lane 0
    int again;  // how many more times all groups come, for other tokens
    Source from[ROWS];
};

__device__ __forceinline__ void turn_to(Ahead& ahead, const Product& p, int group, int total, int units) {
    int matrix[ROWS], row[ROWS];
    find(matrix, row, p, group, total);
    ahead.group = group;
    ahead.unit = 0;
#pragma unroll
    for (int j = 0; j < ROWS; j++)
        ahead.from[j] = source(p.m[matrix[j]].w, (u64)row[j] * units + threadIdx.x % WARP);
}

extern "C" __global__ void __launch_bounds__(WARPS * WARP) matvec(const __grid_constant__ Product p) {
    extern __shared__ uint4 shared16[];
    __shared__ float squares[TOKENS][WARPS];
    let_next_start();
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    u8* ring = (u8*)shared16 + warp * STAGES * STAGE_BYTES;
    u8* inputs = (u8*)shared16 + WARPS * STAGES * STAGE_BYTES;
    bool gated = p.activation >= 0;
    int total = p.m[0].rows;
    if (!gated && p.count > 1) total += p.m[1].rows;
    if (!gated && p.count > 2) total += p.m[2].rows;
    int groups = gated ? (total + ROWS / 2 - 1) / (ROWS / 2) : (total + ROWS - 1) / ROWS;
    int begin = warp * gridDim.x + blockIdx.x, step = gridDim.x * WARPS;  // as many groups for every block
    int units = p.columns / UNIT;

    float4 early[EARLY];  // asked for before the weights, behind which it would come late
#if UNIT >= 4
    if (p.norm) {
#pragma unroll
        for (int i = 0; i < EARLY; i++) {
            int c = 4 * (threadIdx.x + i * blockDim.x);
            early[i] = c < p.columns ? *(const float4*)(p.norm + c) : make_float4(0, 0, 0, 0);
        }
    }
#endif
    Ahead ahead;
    ahead.again = (p.tokens + TOKENS - 1) / TOKENS - 1;
    ahead.group = groups;
    if (begin < groups) turn_to(ahead, p, begin, total, units);
    auto fetch_next = [&](u8* stage) {
        if (ahead.group < groups) {
            if (ahead.unit + lane < units) {
#pragma unroll
                for (int j = 0; j < ROWS; j++)
                    fetch(stage + (j * QUADS * WARP + lane) * 16,
                          stage + ROWS * QUADS * WARP * 16 + (j * WORDS * WARP + lane) * 4, ahead.from[j]);
            }
            ahead.unit += WARP;
            if (ahead.unit >= units) {
                int group = ahead.group + step;
                if (group >= groups && ahead.again > 0) group = begin, ahead.again--;
                ahead.group = group;
                if (group < groups) turn_to(ahead, p, group, total, units);
            }
        }
        COMMIT();
    };
#pragma unroll 1
    for (int s = 0; s < STAGES; s++) fetch_next(ring + s * STAGE_BYTES);
    wait_for_earlier();

    int stage = 0;
    for (int t0 = 0; t0 < p.tokens; t0 += TOKENS) {
        int tokens = min(TOKENS, p.tokens - t0);
        if (t0 > 0) __syncthreads();
        for (int t = 0; t < tokens; t++) {
            const float* x = p.x + (u64)(t0 + t) * p.columns;
            Input in = input(inputs, t, p.columns);
            if (p.norm) {
                float sum = warp_sum(fill<true>(in, x, p.norm, early, p.columns));
                if (lane == 0) squares[t][warp] = sum;
            } else {
                fill<false>(in, x, 0, early, p.columns);
            }
        }
        __syncthreads();
        float factor[TOKENS];
#pragma unroll
        for (int t = 0; t < TOKENS; t++) {
            factor[t] = 1;
            if (p.norm && t < tokens) {
                float all = 0;
                for (int w = 0; w < WARPS; w++) all += squares[t][w];
                factor[t] = rsqrtf(all / p.columns + p.eps);
            }
        }
        for (int group = begin; group < groups; group += step) {
            int matrix[ROWS], row[ROWS];
            find(matrix, row, p, group, total);
            // what the results are added to, under way while they are computed
            int at = lane == 0 ? row[0] : row[ROWS - 1];
            const Matrix& m = p.m[lane == 0 ? matrix[0] : matrix[ROWS - 1]];
            float bias = m.bias && lane < ROWS ? m.bias[at] : 0;
            float other = gated && p.m[1].bias ? p.m[1].bias[row[0]] : 0;
            float residual[TOKENS];
#pragma unroll
            for (int t = 0; t < TOKENS; t++)
                residual[t] = p.residual && lane < ROWS && t < tokens ? p.residual[(u64)(t0 + t) * m.rows + at] : 0;
            float sum[ROWS][TOKENS];
#pragma unroll
            for (int j = 0; j < ROWS; j++)
#pragma unroll
                for (int t = 0; t < TOKENS; t++) sum[j][t] = 0;
#pragma unroll 1
            for (int unit = lane; unit - lane < units; unit += WARP) {
                u8* here = ring + stage * STAGE_BYTES;
                WAIT();
                if (unit < units) {
                    Raw raw[ROWS];
#pragma unroll
                    for (int j = 0; j < ROWS; j++) take(raw[j], here, j, (u64)row[j] * units + unit);
#pragma unroll
                    for (int t = 0; t < TOKENS; t++) {
                        if (t < tokens) {
                            Input in = input(inputs, t, p.columns);
#pragma unroll
                            for (int j = 0; j < ROWS; j++) sum[j][t] = dot(raw[j], in, unit, sum[j][t]);
                        }
                    }
                }
                fetch_next(here);
                stage = stage + 1 == STAGES ? 0 : stage + 1;
            }
#pragma unroll
            for (int t = 0; t < TOKENS; t++) {
                if (t >= tokens) break;
#pragma unroll
                for (int j = 0; j < ROWS; j++) sum[j][t] = warp_sum(sum[j][t]) * factor[t];
                // lane j has row j; with a gate, lane 0 has both
                float mine = lane == 0 ? sum[0][t] : sum[ROWS - 1][t];
                if (gated) {
                    if (lane == 0) {
                        float g = sum[0][t] + bias, u = sum[1][t] + other;
                        p.m[0].out[(u64)(t0 + t) * p.m[0].rows + row[0]] = activate(p.activation, g) * u;
                    }
                } else if (lane < ROWS && group * ROWS + lane < total) {
                    mine += bias;
                    m.out[(u64)(t0 + t) * m.rows + at] = mine;
                    if (p.residual) p.residual[(u64)(t0 + t) * m.rows + at] = residual[t] + mine;
                }
            }
        }
    }
}
