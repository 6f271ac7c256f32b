// The highest values of rows with their places: first those of every chunk of a row, then of these the row's. A value
// and its place are one number, its key: greater for a higher value and, among equals, for an earlier place. All keys of
// a row differ, and none is 0.

#define CHUNK 8192
#define MOST 1024
#define DIGIT 10
#define BINS (1 << DIGIT) // as many as threads in a block

__device__ __forceinline__ float number(float v) { return v == v ? v : __int_as_float(0xff800000); }

__device__ __forceinline__ u64 key_of(float v, u32 place) {
    u32 bits = v == 0 ? 0 : __float_as_uint(number(v));
    u32 rising = bits ^ ((int)bits >> 31 | 0x80000000u);
    return (u64)rising << 32 | ~place;
}

__device__ __forceinline__ float value_of(u64 key) {
    u32 rising = (u32)(key >> 32);
    return __uint_as_float(rising >> 31 ? rising ^ 0x80000000u : ~rising);
}

__device__ __forceinline__ float weight(float v, float highest, float temperature) {
    return number(v) == highest ? 1 : expf((number(v) - highest) / temperature);
}

// Keys of a chunk of values, and keys as they lie in memory.
struct Values {
    const float* x;
    int first;
    __device__ __forceinline__ u64 operator()(int i) const { return key_of(x[i], first + i); }
};

struct Keys {
    const u64* keys;
    __device__ __forceinline__ u64 operator()(int i) const { return keys[i]; }
};

template <class Source>
__device__ u64 highest_of(Source key, int n) {
    __shared__ u64 highest[WARP];
    u64 best = 0;
    for (int i = threadIdx.x; i < n; i += BINS) best = max(best, key(i));
    for (int o = 16; o > 0; o >>= 1) best = max(best, __shfl_xor_sync(FULL, best, o));
    if (threadIdx.x % WARP == 0) highest[threadIdx.x / WARP] = best;
    __syncthreads();
    for (int w = 0; w < BINS / WARP; w++) best = max(best, highest[w]);
    __syncthreads();
    return best;
}

// How many are counted in the bins above a thread's own.
__device__ __forceinline__ u32 count_above(u32 own) {
    __shared__ u32 counts[WARP];
    int lane = threadIdx.x % WARP;
    u32 sum = own;
    for (int o = 1; o < WARP; o *= 2) {
        u32 higher = __shfl_down_sync(FULL, sum, o);
        if (lane + o < WARP) sum += higher;
    }
    if (lane == 0) counts[threadIdx.x / WARP] = sum;
    __syncthreads();
    for (int w = threadIdx.x / WARP + 1; w < BINS / WARP; w++) sum += counts[w];
    return sum - own;
}

// A number that just k of n keys reach, found digit by digit from the highest: a digit of the keys that agree with it so
// far is counted, until those that agree are as many as are still wanted. k is less than n.
template <class Source>
__device__ u64 least_of(Source key, int n, int k) {
    __shared__ u32 bins[BINS];
    __shared__ u32 chosen, wanted, agree;
    u64 least = 0;
    if (threadIdx.x == 0) wanted = k;
    for (int known = 0; known < 64; known += DIGIT) {
        int shift = max(64 - known - DIGIT, 0);
        bins[threadIdx.x] = 0;
        __syncthreads();
        for (int i = threadIdx.x; i < n; i += BINS) {
            u64 v = key(i);
            if (known == 0 || (v ^ least) >> (64 - known) == 0) atomicAdd(&bins[v >> shift & BINS - 1], 1);
        }
        __syncthreads();
        u32 own = bins[threadIdx.x], above = count_above(own), left = wanted;
        __syncthreads();
        if (above < left && left <= above + own) chosen = threadIdx.x, wanted = left - above, agree = own;
        __syncthreads();
        least |= (u64)chosen << shift;
        if (agree == wanted) break;
    }
    return least;
}

// The k highest of n keys, in any order; zeros behind them where there are fewer.
template <class Source>
__device__ void keep(Source key, int n, int k, u64* out) {
    __shared__ int kept;
    u64 least = k == 1 ? highest_of(key, n) : k < n ? least_of(key, n, k) : 1;
    if (threadIdx.x == 0) kept = 0;
    __syncthreads();
    for (int i = threadIdx.x; i < n; i += BINS) {
        u64 v = key(i);
        if (v >= least) out[atomicAdd(&kept, 1)] = v;
    }
    __syncthreads();
    for (int i = kept + threadIdx.x; i < k; i += BINS) out[i] = 0;
}

// A block a chunk and row: keys (rows, chunks, k), and if there is a temperature masses (rows, chunks, 2): the chunk's
// highest value and its mass beside that.
extern "C" __global__ void top_of_chunks(const float* x, int columns, int k, float temperature, u64* keys,
                                         float* masses) {
    __shared__ float shared[WARP];
    let_next_start();
    wait_for_earlier();
    int first = blockIdx.x * CHUNK, n = min(CHUNK, columns - first);
    Values values = {x + (u64)blockIdx.y * columns + first, first};
    u64 chunk = (u64)blockIdx.y * gridDim.x + blockIdx.x;
    keep(values, n, k, keys + chunk * k);
    if (temperature > 0) {
        float highest = value_of(highest_of(values, n)), sum = 0;
        for (int i = threadIdx.x; i < n; i += BINS) sum += weight(values.x[i], highest, temperature);
        sum = block_sum(sum, shared);
        if (threadIdx.x == 0) masses[2 * chunk] = highest, masses[2 * chunk + 1] = sum;
    }
}

// A block a row: out (rows, 2 * k + 1) has the values, falling, their places, and the mass.
extern "C" __global__ void top_of_rows(const u64* keys, const float* masses, int chunks, int k, float temperature,
                                       float* out) {
    __shared__ u64 highest[MOST];
    let_next_start();
    wait_for_earlier();
    u64 row = blockIdx.x;
    keep(Keys{keys + row * chunks * k}, chunks * k, k, highest);
    __syncthreads();
    out += row * (2 * k + 1);
    for (int i = threadIdx.x; i < k; i += BINS) {
        int before = 0;
        for (int j = 0; j < k; j++) before += highest[j] > highest[i];
        out[before] = value_of(highest[i]);
        out[k + before] = ~(u32)highest[i];
    }
    if (threadIdx.x == 0) {
        masses += 2 * row * chunks;
        float best = __int_as_float(0xff800000), mass = 0;
        int parts = temperature > 0 ? chunks : 0;
        for (int c = 0; c < parts; c++) best = fmaxf(best, masses[2 * c]);
        for (int c = 0; c < parts; c++) mass += weight(masses[2 * c], best, temperature) * masses[2 * c + 1];
        out[2 * k] = mass;
    }
}

// Logits of tokens seen, each id once.
extern "C" __global__ void penalise(float* x, const int* ids, int count, float penalty) {
    let_next_start();
    wait_for_earlier();
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) x[ids[i]] = x[ids[i]] > 0 ? x[ids[i]] / penalty : x[ids[i]] * penalty;
}
