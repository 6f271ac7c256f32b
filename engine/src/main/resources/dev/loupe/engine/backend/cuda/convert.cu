// Between the fp32 of the activations and the fp16 that tensor cores read.

// One block a row: out is x / 2^shift in fp16, where 2^shift keeps the largest value of the row below 2^14;
// shifts (rows) says by which power of two the row's results must grow again, 0 for nearly all rows.
extern "C" __global__ void to_half(const float* x, u16* out, int* shifts, int columns) {
    __shared__ u32 most[WARP];
    let_next_start();
    wait_for_earlier();
    const float* row = x + (u64)blockIdx.x * columns;
    u32 largest = 0;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) largest = max(largest, __float_as_uint(fabsf(row[c])));
    for (int o = 16; o > 0; o >>= 1) largest = max(largest, __shfl_xor_sync(FULL, largest, o));
    if (threadIdx.x % WARP == 0) most[threadIdx.x / WARP] = largest;
    __syncthreads();
    for (int w = 0; w < blockDim.x / WARP; w++) largest = max(largest, most[w]);
    int exponent = (int)(largest >> 23) - 127;
    int shift = exponent >= 14 && exponent < 128 ? exponent - 13 : 0;
    float factor = __uint_as_float((127 - shift) << 23);
    if (threadIdx.x == 0) shifts[blockIdx.x] = shift;
    for (int c = threadIdx.x; c < columns; c += blockDim.x)
        out[(u64)blockIdx.x * columns + c] = float_to_half(row[c] * factor);
}

// Rows whose inputs were made smaller: x (rows, columns), one block a row.
extern "C" __global__ void grow(float* x, const int* shifts, int columns) {
    let_next_start();
    wait_for_earlier();
    int shift = shifts[blockIdx.x];
    if (shift == 0) return;
    float factor = __uint_as_float((127 + shift) << 23);
    for (int c = threadIdx.x; c < columns; c += blockDim.x) x[(u64)blockIdx.x * columns + c] *= factor;
}
