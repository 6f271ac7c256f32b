// The verbs that are bound by memory alone: one element, or one row, a thread or block.

extern "C" __global__ void add_bias(float* x, const float* bias, int columns, u64 elements) {
    let_next_start();
    wait_for_earlier();
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;
    if (i < elements) x[i] += bias[i % columns];
}

extern "C" __global__ void add(float* x, const float* y, u64 elements) {
    let_next_start();
    wait_for_earlier();
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;
    if (i < elements) x[i] += y[i];
}

extern "C" __global__ void scale(float* x, float factor, u64 elements) {
    let_next_start();
    wait_for_earlier();
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;
    if (i < elements) x[i] *= factor;
}

extern "C" __global__ void softcap(float* x, float cap, u64 elements) {
    let_next_start();
    wait_for_earlier();
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;
    if (i < elements) x[i] = cap * tanhf(x[i] / cap);
}

// activation: 0 is SiLU, 1 the tanh approximation of GELU.
__device__ __forceinline__ float activate(int activation, float x) {
    if (activation == 0) return x / (1 + expf(-x));
    return 0.5f * x * (1 + tanhf(0.7978845608028654f * (x + 0.044715f * x * x * x)));
}

extern "C" __global__ void gated_unit(int activation, const float* gate, const float* up, float* out, u64 elements) {
    let_next_start();
    wait_for_earlier();
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;
    if (i < elements) out[i] = activate(activation, gate[i]) * up[i];
}

// One block a row; x and out may be the same.
extern "C" __global__ void rms_norm(const float* x, const float* weight, float eps, float* out, int columns) {
    __shared__ float shared[WARP];
    let_next_start();
    wait_for_earlier();
    const float* row = x + (u64)blockIdx.x * columns;
    float squares = 0;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) squares += row[c] * row[c];
    float factor = rsqrtf(block_sum(squares, shared) / columns + eps);
    for (int c = threadIdx.x; c < columns; c += blockDim.x)
        out[(u64)blockIdx.x * columns + c] = row[c] * factor * weight[c];
}

// One block a head of a token: x (tokens, heads * headDim), cos and sin (positions, pairs).
extern "C" __global__ void rope(float* x, int heads, int headDim, int pairs, const int* position, const float* cos,
                                const float* sin) {
    let_next_start();
    wait_for_earlier();
    int token = *position + blockIdx.x / heads;
    float* head = x + (u64)blockIdx.x * headDim;
    for (int i = threadIdx.x; i < pairs; i += blockDim.x) {
        float c = cos[(u64)token * pairs + i], s = sin[(u64)token * pairs + i];
        float a = head[i], b = head[i + pairs];
        head[i] = turned_first(a, b, c, s);
        head[i + pairs] = turned_second(a, b, c, s);
    }
}

extern "C" __global__ void gather(const float* x, const int* rows, float* out, int columns) {
    let_next_start();
    wait_for_earlier();
    const float* row = x + (u64)rows[blockIdx.x] * columns;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) out[(u64)blockIdx.x * columns + c] = row[c];
}

extern "C" __global__ void add_rows(const float* x, const int* rows, const float* factors, float* sum, int columns) {
    let_next_start();
    wait_for_earlier();
    float* row = sum + (u64)rows[blockIdx.x] * columns;
    for (int c = threadIdx.x; c < columns; c += blockDim.x)
        row[c] += factors[blockIdx.x] * x[(u64)blockIdx.x * columns + c];
}
