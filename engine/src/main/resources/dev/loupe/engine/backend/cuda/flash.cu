// Flash attention (arXiv:2307.08691) of many queries by tensor cores. What tensor cores would round is split into two
// fp16 numbers, a high and a low part, so the result is that of fp32 to some 20 bits: queries and weights always, keys
// and values unless the pages are fp16. HEAD_DIM is a multiple of 16.
// A block has 64 queries of one head, a warp 16 of them, and goes through the pages of 64 keys that they see.

#define QUERIES 64
#define WARPS 4
#define KEY_ROW (PAGE + 8)  // halves; padded so that the rows of a small matrix lie in different banks
#define VALUE_ROW (HEAD_DIM + 8)

#define PARTS (KV == 1 ? 1 : 2)

struct Flash {
    Element** keys;
    Element** values;
    const int* position;
    const float* q;  // (tokens, heads * HEAD_DIM)
    float* out;
    const float* slopes;
    float scale;
    float softcap;
    int window;
    int sinks;
    int heads;
    int group;
    int tokens;
    int offset;  // from a position to its slot
};

__device__ __forceinline__ u32 pack(float low, float high) {
    u32 both;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
    return both;
}

// What packing lost.
__device__ __forceinline__ u32 pack_rest(float low, float high, u32 both) {
    return pack(low - half_to_float(both & 0xffff), high - half_to_float(both >> 16));
}

__device__ __forceinline__ void multiply(float* sum, const u32* a, u32 b0, u32 b1) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Four transposed 8 x 8 matrices: rows k..k+15, columns n..n+15 of a matrix in shared memory.
__device__ __forceinline__ void load_transposed(u32* b, const u16* matrix, int stride, int k, int n) {
    int lane = threadIdx.x % WARP;
    const u16* row = matrix + (k + lane % 16) * stride + n + lane / 16 * 8;
    u32 address = (u32)__cvta_generic_to_shared(row);
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(b[0]), "=r"(b[1]), "=r"(b[2]), "=r"(b[3])
                 : "r"(address));
}

// A page of rows x columns into shared memory, in one or two parts; columns are a multiple of 8.
__device__ __forceinline__ void fetch(const Element* page, u16* shared, int rows, int columns, int stride) {
    for (int i = threadIdx.x; i < rows * columns / 8; i += blockDim.x) {
        int at = i / (columns / 8) * stride + i % (columns / 8) * 8;
#if KV == 1
        *(uint4*)(shared + at) = ((const uint4*)page)[i];
#else
#if KV == 0
        float4 a = ((const float4*)page)[2 * i], b = ((const float4*)page)[2 * i + 1];
#else
        const u8* block = page + i / 4 * BLOCK_BYTES;
        const s8* q = (const s8*)block + 2 + i % 4 * 8;
        float d = half_to_float(*(const u16*)block);
        float4 a = make_float4(d * q[0], d * q[1], d * q[2], d * q[3]);
        float4 b = make_float4(d * q[4], d * q[5], d * q[6], d * q[7]);
#endif
        uint4 high = make_uint4(pack(a.x, a.y), pack(a.z, a.w), pack(b.x, b.y), pack(b.z, b.w));
        *(uint4*)(shared + at) = high;
        *(uint4*)(shared + rows * stride + at) =
            make_uint4(pack_rest(a.x, a.y, high.x), pack_rest(a.z, a.w, high.y), pack_rest(b.x, b.y, high.z),
                       pack_rest(b.z, b.w, high.w));
#endif
    }
}

#if KV == 2
// A page of keys, which lie slot by slot, into shared memory dimension by dimension.
__device__ __forceinline__ void fetch_turned(const Element* page, u16* shared) {
    for (int i = threadIdx.x; i < PAGE * HEAD_DIM / 8; i += blockDim.x) {
        int slot = i % PAGE, d = i / PAGE * 8;
#pragma unroll
        for (int j = 0; j < 8; j++) {
            float key = number(page, slot * HEAD_DIM + d + j);
            u16 high = float_to_half(key);
            shared[(d + j) * KEY_ROW + slot] = high;
            shared[(HEAD_DIM + d + j) * KEY_ROW + slot] = float_to_half(key - half_to_float(high));
        }
    }
}
#endif

extern "C" __global__ void __launch_bounds__(WARPS * WARP) flash(const __grid_constant__ Flash a) {
    extern __shared__ uint4 shared16[];
    u16* keys = (u16*)shared16;                          // (PARTS, HEAD_DIM, KEY_ROW)
    u16* values = keys + PARTS * HEAD_DIM * KEY_ROW;     // (PARTS, PAGE, VALUE_ROW)
    let_next_start();
    wait_for_earlier();
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    int head = blockIdx.y, kvHead = head / a.group;
    int tile = (gridDim.x - 1 - blockIdx.x) * QUERIES;  // the longest rows first
    int start = *a.position + a.offset;
    int row0 = tile + warp * 16 + lane / 4;  // this lane's rows: row0 and row0 + 8
    float slope = a.slopes ? a.slopes[head] : 0;

    u32 q[2][HEAD_DIM / 16][4];
#pragma unroll
    for (int k = 0; k < HEAD_DIM / 16; k++)
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int token = min(row0 + i % 2 * 8, a.tokens - 1);
            const float* from = a.q + ((u64)token * a.heads + head) * HEAD_DIM + k * 16 + i / 2 * 8 + lane % 4 * 2;
            float2 v = *(const float2*)from;
            v.x *= a.scale, v.y *= a.scale;
            q[0][k][i] = pack(v.x, v.y);
            q[1][k][i] = pack_rest(v.x, v.y, q[0][k][i]);
        }
    float sum[HEAD_DIM / 8][4];
#pragma unroll
    for (int d = 0; d < HEAD_DIM / 8; d++)
#pragma unroll
        for (int i = 0; i < 4; i++) sum[d][i] = 0;
    float maximum[2] = {NOTHING, NOTHING}, normaliser[2] = {0, 0};

    int firstPosition = start + tile, lastPosition = start + min(tile + QUERIES, a.tokens) - 1;
    int firstPage = (a.window > firstPosition ? 0 : firstPosition - a.window + 1) / PAGE;
    int sinkPages = min((a.sinks + PAGE - 1) / PAGE, firstPage);
    int pages = sinkPages + lastPosition / PAGE - firstPage + 1;
    for (int turn = 0; turn < pages; turn++) {
        int page = turn < sinkPages ? turn : firstPage + turn - sinkPages;
        __syncthreads();
#if KV == 2
        fetch_turned(head_page(a.keys[page], kvHead, HEAD_DIM), keys);
#else
        fetch(head_page(a.keys[page], kvHead, HEAD_DIM), keys, HEAD_DIM, PAGE, KEY_ROW);
#endif
        fetch(head_page(a.values[page], kvHead, HEAD_DIM), values, PAGE, HEAD_DIM, VALUE_ROW);
        __syncthreads();

        float score[PAGE / 8][4];
#pragma unroll
        for (int n = 0; n < PAGE / 8; n++)
#pragma unroll
            for (int i = 0; i < 4; i++) score[n][i] = 0;
#pragma unroll
        for (int k = 0; k < HEAD_DIM / 16; k++)
#pragma unroll
            for (int n = 0; n < PAGE / 16; n++) {
                u32 b[4];
                load_transposed(b, keys, KEY_ROW, k * 16, n * 16);
                multiply(score[2 * n], q[0][k], b[0], b[1]);
                multiply(score[2 * n + 1], q[0][k], b[2], b[3]);
                multiply(score[2 * n], q[1][k], b[0], b[1]);
                multiply(score[2 * n + 1], q[1][k], b[2], b[3]);
#if KV != 1
                load_transposed(b, keys + HEAD_DIM * KEY_ROW, KEY_ROW, k * 16, n * 16);
                multiply(score[2 * n], q[0][k], b[0], b[1]);
                multiply(score[2 * n + 1], q[0][k], b[2], b[3]);
#endif
            }

        float now[2] = {maximum[0], maximum[1]};
#pragma unroll
        for (int n = 0; n < PAGE / 8; n++)
#pragma unroll
            for (int i = 0; i < 4; i++) {
                int position = start + row0 + i / 2 * 8, at = page * PAGE + n * 8 + lane % 4 * 2 + i % 2;
                float s = score[n][i];
                if (a.softcap != 0) s = a.softcap * tanhf(s / a.softcap);
                s -= slope * (position - at);
                bool seen = at <= position && (position - at < a.window || at < a.sinks);
                score[n][i] = seen ? s : NOTHING;
                now[i / 2] = fmaxf(now[i / 2], score[n][i]);
            }
        float factor[2];
#pragma unroll
        for (int r = 0; r < 2; r++) {
            now[r] = fmaxf(now[r], __shfl_xor_sync(FULL, now[r], 1));
            now[r] = fmaxf(now[r], __shfl_xor_sync(FULL, now[r], 2));
            factor[r] = maximum[r] == NOTHING ? 0 : expf(maximum[r] - now[r]);
            maximum[r] = now[r];
            normaliser[r] *= factor[r];
        }
#pragma unroll
        for (int n = 0; n < PAGE / 8; n++)
#pragma unroll
            for (int i = 0; i < 4; i++) {
                float p = score[n][i] == NOTHING ? 0 : expf(score[n][i] - now[i / 2]);
                score[n][i] = p;
                normaliser[i / 2] += p;
            }
#pragma unroll
        for (int d = 0; d < HEAD_DIM / 8; d++)
#pragma unroll
            for (int i = 0; i < 4; i++) sum[d][i] *= factor[i / 2];
#pragma unroll
        for (int k = 0; k < PAGE / 16; k++) {
            u32 high[4], low[4];
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const float* p = score[2 * k + i / 2] + i % 2 * 2;
                high[i] = pack(p[0], p[1]);
                low[i] = pack_rest(p[0], p[1], high[i]);
            }
#pragma unroll
            for (int d = 0; d < HEAD_DIM / 16; d++) {
                u32 b[4];
                load_transposed(b, values, VALUE_ROW, k * 16, d * 16);
                multiply(sum[2 * d], high, b[0], b[1]);
                multiply(sum[2 * d + 1], high, b[2], b[3]);
                multiply(sum[2 * d], low, b[0], b[1]);
                multiply(sum[2 * d + 1], low, b[2], b[3]);
#if KV != 1
                load_transposed(b, values + PAGE * VALUE_ROW, VALUE_ROW, k * 16, d * 16);
                multiply(sum[2 * d], high, b[0], b[1]);
                multiply(sum[2 * d + 1], high, b[2], b[3]);
#endif
            }
        }
    }
#pragma unroll
    for (int r = 0; r < 2; r++) {
        normaliser[r] += __shfl_xor_sync(FULL, normaliser[r], 1);
        normaliser[r] += __shfl_xor_sync(FULL, normaliser[r], 2);
    }
#pragma unroll
    for (int d = 0; d < HEAD_DIM / 8; d++)
#pragma unroll
        for (int r = 0; r < 2; r++) {
            int token = row0 + r * 8;
            if (token < a.tokens) {
                float* to = a.out + ((u64)token * a.heads + head) * HEAD_DIM + d * 8 + lane % 4 * 2;
                *(float2*)to = make_float2(sum[d][2 * r] / normaliser[r], sum[d][2 * r + 1] / normaliser[r]);
            }
        }
}
