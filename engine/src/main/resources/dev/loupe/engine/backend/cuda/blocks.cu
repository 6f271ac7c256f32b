// Matrices of the dtypes of blocks.cuh: products of few tokens, rows of a table, a panel of rows for the tensor cores.
// Blocks are decoded where they are needed, which is slower than the planes of weights.cuh and takes no more memory.
// Invariant: the sum of a row and token has one order, whatever TOKENS is.

#define WARPS 8
#define TOKENS 4

// One warp a row: out (tokens, rows) = x (tokens, columns) times the transpose of w (rows, columns).
extern "C" __global__ void __launch_bounds__(WARPS * WARP)
    product(const u8* w, u64 rowBytes, const float* x, float* out, int rows, int columns, int tokens) {
    let_next_start();
    wait_for_earlier();
    int lane = threadIdx.x % WARP, row = blockIdx.x * WARPS + threadIdx.x / WARP, first = blockIdx.y * TOKENS;
    if (row >= rows) return;
    float sum[TOKENS];
#pragma unroll
    for (int t = 0; t < TOKENS; t++) sum[t] = 0;
    for (int group = lane; group < columns / 16; group += WARP) {
        float v[16];
        decode16(w + row * rowBytes, group, v);
#pragma unroll
        for (int t = 0; t < TOKENS; t++) {
            const float4* from = (const float4*)(x + (u64)min(first + t, tokens - 1) * columns + 16 * group);
#pragma unroll
            for (int i = 0; i < 4; i++) {
                float4 four = from[i];
                sum[t] = fmaf(v[4 * i], four.x, sum[t]);
                sum[t] = fmaf(v[4 * i + 1], four.y, sum[t]);
                sum[t] = fmaf(v[4 * i + 2], four.z, sum[t]);
                sum[t] = fmaf(v[4 * i + 3], four.w, sum[t]);
            }
        }
    }
#pragma unroll
    for (int t = 0; t < TOKENS; t++) {
        float all = warp_sum(sum[t]);
        if (lane == 0 && first + t < tokens) out[(u64)(first + t) * rows + row] = all;
    }
}

// One block a token: rows ids[0], ids[1]... of the table to out (tokens, columns).
extern "C" __global__ void embed(const u8* table, u64 rowBytes, const int* ids, float* out, int columns) {
    let_next_start();
    wait_for_earlier();
    for (int group = threadIdx.x; group < columns / 16; group += blockDim.x) {
        float v[16];
        decode16(table + ids[blockIdx.x] * rowBytes, group, v);
        for (int i = 0; i < 16; i++) out[(u64)blockIdx.x * columns + 16 * group + i] = v[i];
    }
}

// Rows first, first + 1, ... as fp16 (rows, columns); one thread 16 values.
extern "C" __global__ void unpack(const u8* w, u64 rowBytes, u64 first, u16* out, int columns, u64 elements) {
    u64 e = ((u64)blockIdx.x * blockDim.x + threadIdx.x) * 16;
    if (e >= elements) return;
    float v[16];
    decode16(w + (first + e / columns) * rowBytes, e % columns / 16, v);
    union {
        u16 halves[16];
        uint4 quads[2];
    } result;
#pragma unroll
    for (int i = 0; i < 16; i++) result.halves[i] = float_to_half(v[i]);
    ((uint4*)(out + e))[0] = result.quads[0];
    ((uint4*)(out + e))[1] = result.quads[1];
}
