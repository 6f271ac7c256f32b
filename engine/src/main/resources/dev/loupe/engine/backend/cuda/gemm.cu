// The product of many tokens by tensor cores, for machines without cuBLAS: out (tokens, rows) = x (tokens, columns) times
// the transpose of w (rows, columns), both fp16, sums in fp32. columns is a multiple of 8; out rows lie `stride` apart.
// A block makes a tile of TILE x TILE, a warp 64 x 32 of it, from slices of DEPTH columns, of which three are under way.

#define TILE 128
#define DEPTH 32
#define STRIDE (DEPTH + 8)  // halves; padded so that the rows of a small matrix lie in different banks
#define STAGES 3
#define THREADS 256

__device__ __forceinline__ void copy16(u16* to, const u16* from, bool there) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"((u32)__cvta_generic_to_shared(to)), "l"(from),
                 "r"(there ? 16 : 0));
}

// A slice of TILE rows from `first` on, columns from `column` on; zeros beyond the matrix.
__device__ __forceinline__ void fetch(u16* shared, const u16* matrix, int first, int rows, int column, int columns) {
#pragma unroll
    for (int i = threadIdx.x; i < TILE * DEPTH / 8; i += THREADS) {
        int row = i / (DEPTH / 8), c = i % (DEPTH / 8) * 8;
        bool there = first + row < rows && column + c < columns;
        copy16(shared + row * STRIDE + c, there ? matrix + (u64)(first + row) * columns + column + c : matrix, there);
    }
}

__device__ __forceinline__ void load_matrices(u32* m, const u16* at) {
    u32 address = (u32)__cvta_generic_to_shared(at);
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(m[0]), "=r"(m[1]), "=r"(m[2]), "=r"(m[3])
                 : "r"(address));
}

extern "C" __global__ void __launch_bounds__(THREADS)
    gemm(const u16* w, const u16* x, float* out, int rows, int stride, int tokens, int columns) {
    extern __shared__ u16 shared[];
    u16* xs = shared;                           // (STAGES, TILE, STRIDE)
    u16* ws = shared + STAGES * TILE * STRIDE;  // likewise
    let_next_start();
    wait_for_earlier();
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    int token0 = blockIdx.y * TILE, row0 = blockIdx.x * TILE;
    int m0 = warp / 4 * 64, n0 = warp % 4 * 32;  // this warp's tokens and rows in the tile
    float sum[4][4][4];
#pragma unroll
    for (int m = 0; m < 4; m++)
#pragma unroll
        for (int n = 0; n < 4; n++)
#pragma unroll
            for (int i = 0; i < 4; i++) sum[m][n][i] = 0;
    int slices = (columns + DEPTH - 1) / DEPTH;
    for (int s = 0; s < STAGES - 1; s++) {
        if (s < slices) {
            fetch(xs + s * TILE * STRIDE, x, token0, tokens, s * DEPTH, columns);
            fetch(ws + s * TILE * STRIDE, w, row0, rows, s * DEPTH, columns);
        }
        asm volatile("cp.async.commit_group;");
    }
    for (int s = 0; s < slices; s++) {
        asm volatile("cp.async.wait_group %0;" ::"n"(STAGES - 2) : "memory");
        __syncthreads();
        int next = s + STAGES - 1;
        if (next < slices) {
            fetch(xs + next % STAGES * TILE * STRIDE, x, token0, tokens, next * DEPTH, columns);
            fetch(ws + next % STAGES * TILE * STRIDE, w, row0, rows, next * DEPTH, columns);
        }
        asm volatile("cp.async.commit_group;");
        const u16* xt = xs + s % STAGES * TILE * STRIDE;
        const u16* wt = ws + s % STAGES * TILE * STRIDE;
#pragma unroll
        for (int k = 0; k < DEPTH; k += 16) {
            u32 a[4][4], b[2][4];
#pragma unroll
            for (int m = 0; m < 4; m++)
                load_matrices(a[m], xt + (m0 + m * 16 + lane % 16) * STRIDE + k + lane / 16 * 8);
#pragma unroll
            for (int n = 0; n < 2; n++)  // rows n0 + 16 n ... + 15: two small matrices of rows, each in two halves of columns
                load_matrices(b[n], wt + (n0 + n * 16 + lane / 16 * 8 + lane % 8) * STRIDE + k + lane / 8 % 2 * 8);
#pragma unroll
            for (int m = 0; m < 4; m++)
#pragma unroll
                for (int n = 0; n < 4; n++)
                    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
                        "{%0,%1,%2,%3};"
                        : "+f"(sum[m][n][0]), "+f"(sum[m][n][1]), "+f"(sum[m][n][2]), "+f"(sum[m][n][3])
                        : "r"(a[m][0]), "r"(a[m][1]), "r"(a[m][2]), "r"(a[m][3]), "r"(b[n / 2][n % 2 * 2]),
                          "r"(b[n / 2][n % 2 * 2 + 1]));
        }
    }
#pragma unroll
    for (int m = 0; m < 4; m++)
#pragma unroll
        for (int n = 0; n < 4; n++)
#pragma unroll
            for (int i = 0; i < 4; i++) {
                int token = token0 + m0 + m * 16 + lane / 4 + i / 2 * 8;
                int row = row0 + n0 + n * 8 + lane % 4 * 2 + i % 2;
                if (token < tokens && row < rows) out[(u64)token * stride + row] = sum[m][n][i];
            }
}
