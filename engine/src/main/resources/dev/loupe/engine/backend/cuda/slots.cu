// Attention over caches of any kind: pages in any of five dtypes, keys and values perhaps in different ones; slots that
// a compressed cache kept; slots that sparse attention chose; and the weights of attention written out. For what
// attention.cu and flash.cu, which are faster, do not read.
// KEYS and VALUES are 0 for fp32, 1 for fp16, 2 for sym_int8, 3 for sym_int4, 4 for bf16. Invariant: a query's sums depend on the
// slots alone that it sees, so its bits do not depend on other tokens.

#define PAGE 64
#define NOTHING (-__int_as_float(0x7f800000))

struct View {
    u8** keys;
    u8** values;
    const int* kept;      // (kvHeads, keptCount) positions in the first slots
    const u64* selected;  // (kvHeads, words), a bit for each slot that may be read; null for all
    int keptCount;
    int next;  // position of the slot behind those kept
    int words;
    int kvHeads;
    int headDim;
};

struct Query {
    const float* q;       // (tokens, heads * headDim)
    const float* slopes;  // (heads), or null
    float scale;
    float softcap;
    int window;
    int sinks;
    int heads;
    int position;  // of the first token
};

#define IN_BLOCKS(kind) (kind == 2 || kind == 3)

// Bytes of so many elements.
template <int KIND>
__device__ __forceinline__ u64 bytes(u64 elements) {
    if (IN_BLOCKS(KIND)) return elements / 32 * (KIND == 2 ? 34 : 18);
    return (KIND == 0 ? 4 : 2) * elements;
}

// The nearest bf16, ties to even; a NaN becomes quiet.
__device__ __forceinline__ u16 float_to_bf16(float f) {
    u32 bits = __float_as_uint(f);
    return f == f ? bits + 0x7fff + (bits >> 16 & 1) >> 16 : bits >> 16 | 0x40;
}

template <int KIND>
__device__ __forceinline__ float number(const u8* page, u64 i) {
    if (KIND == 0) return ((const float*)page)[i];
    if (KIND == 1) return half_to_float(((const u16*)page)[i]);
    if (KIND == 4) return bf16_to_float(((const u16*)page)[i]);
    const u8* block = page + bytes<KIND>(i);
    float scale = half_to_float(*(const u16*)block);
    if (KIND == 2) return scale * (s8)block[2 + i % 32];
    return scale * ((block[2 + i % 16] >> (i / 16 % 2 * 4) & 15) - 8);
}

// Writes a value from[0], or where it begins a block, the block from it on.
template <int KIND>
__device__ __forceinline__ void put(u8* page, u64 i, const float* from, int d) {
    if (KIND == 0) ((float*)page)[i] = *from;
    if (KIND == 1) ((u16*)page)[i] = float_to_half(*from);
    if (KIND == 4) ((u16*)page)[i] = float_to_bf16(*from);
    if (!IN_BLOCKS(KIND) || d % 32 != 0) return;
    u8* block = page + bytes<KIND>(i);
    float largest = 0;
    for (int j = 0; j < 32; j++) largest = fabsf(from[j]) > fabsf(largest) ? from[j] : largest;
    float scale = KIND == 2 ? fabsf(largest) / 127 : largest / -8;
    float inverse = scale == 0 ? 0 : 1 / scale;
    *(u16*)block = float_to_half(scale);
    for (int j = 0; j < (KIND == 2 ? 32 : 16); j++) {
        if (KIND == 2) {
            block[2 + j] = (u8)(s8)nearest_away(__fmul_rn(from[j], inverse));
        } else {
            int low = min(15, (int)__fadd_rn(__fmul_rn(from[j], inverse), 8.5f));
            int high = min(15, (int)__fadd_rn(__fmul_rn(from[16 + j], inverse), 8.5f));
            block[2 + j] = high << 4 | low;
        }
    }
}

// Index of a key's or value's dimension in its page.
template <int KIND>
__device__ __forceinline__ u64 key_index(const View& v, int kvHead, int slot, int d) {
    if (!IN_BLOCKS(KIND)) return ((u64)kvHead * v.headDim + d) * PAGE + slot % PAGE;
    return ((u64)kvHead * PAGE + slot % PAGE) * v.headDim + d;
}

__device__ __forceinline__ u64 value_index(const View& v, int kvHead, int slot, int d) {
    return ((u64)kvHead * PAGE + slot % PAGE) * v.headDim + d;
}

// The score of a slot, or NOTHING if the query does not see it.
__device__ __forceinline__ float score(const View& v, const Query& a, int head, int position, int slot,
                                       const float* query) {
    int kvHead = head / (a.heads / v.kvHeads);
    int at = slot < v.keptCount ? v.kept[kvHead * v.keptCount + slot] : slot - v.keptCount + v.next;
    bool seen = at <= position && (position - at < a.window || at < a.sinks);
    if (seen && v.selected) seen = v.selected[kvHead * v.words + slot / 64] >> slot % 64 & 1;
    if (!seen) return NOTHING;
    const u8* page = v.keys[slot / PAGE];
    float sum = 0;
    for (int d = 0; d < v.headDim; d++)
        sum = fmaf(query[d], number<KEYS>(page, key_index<KEYS>(v, kvHead, slot, d)), sum);
    sum *= a.scale;
    if (a.softcap != 0) sum = a.softcap * tanhf(sum / a.softcap);
    return sum - (a.slopes ? a.slopes[head] : 0) * (position - at);
}

__device__ __forceinline__ float block_max(float v, float* shared) {
    v = warp_max(v);
    if (threadIdx.x % WARP == 0) shared[threadIdx.x / WARP] = v;
    __syncthreads();
    float most = NOTHING;
    for (int w = 0; w < blockDim.x / WARP; w++) most = fmaxf(most, shared[w]);
    __syncthreads();
    return most;
}

// One block a token and head: keys and values (tokens, kvHeads * headDim) to the slots from firstSlot on.
extern "C" __global__ void store_slots(const float* keys, const float* values, View v, int firstSlot) {
    let_next_start();
    wait_for_earlier();
    int head = blockIdx.x % v.kvHeads, slot = firstSlot + blockIdx.x / v.kvHeads;
    u64 from = (u64)blockIdx.x * v.headDim;
    for (int d = threadIdx.x; d < v.headDim; d += blockDim.x) {
        put<KEYS>(v.keys[slot / PAGE], key_index<KEYS>(v, head, slot, d), keys + from + d, d);
        put<VALUES>(v.values[slot / PAGE], value_index(v, head, slot, d), values + from + d, d);
    }
}

// One block a head and token, with an online softmax over chunks of as many slots as it has threads (arXiv:2205.14135).
extern "C" __global__ void attend_slots(View v, Query a, float* out) {
    extern __shared__ float sums[];  // (headDim), then the query (headDim)
    __shared__ float weights[128], shared[WARP];
    let_next_start();
    wait_for_earlier();
    int head = blockIdx.x, token = blockIdx.y, kvHead = head / (a.heads / v.kvHeads);
    int position = a.position + token, lastSlot = position - v.next + v.keptCount;
    u64 row = ((u64)token * a.heads + head) * v.headDim;
    float* query = sums + v.headDim;
    for (int d = threadIdx.x; d < v.headDim; d += blockDim.x) {
        sums[d] = 0;
        query[d] = a.q[row + d];
    }
    __syncthreads();
    float maximum = NOTHING, normaliser = 0;
    for (int start = 0; start <= lastSlot; start += blockDim.x) {
        int slot = start + threadIdx.x, count = min((int)blockDim.x, lastSlot + 1 - start);
        float s = slot <= lastSlot ? score(v, a, head, position, slot, query) : NOTHING;
        float now = fmaxf(maximum, block_max(s, shared));
        if (now == NOTHING) continue;  // nothing seen so far, the same in every thread
        float weight = s == NOTHING ? 0 : expf(s - now);
        weights[threadIdx.x] = weight;
        float factor = maximum == NOTHING ? 0 : expf(maximum - now);
        normaliser = normaliser * factor + block_sum(weight, shared);
        maximum = now;
        for (int d = threadIdx.x; d < v.headDim; d += blockDim.x) {
            float sum = sums[d] * factor;
            for (int i = 0; i < count; i++)
                if (weights[i] != 0)
                    sum = fmaf(weights[i], number<VALUES>(v.values[(start + i) / PAGE],
                                                          value_index(v, kvHead, start + i, d)), sum);
            sums[d] = sum;
        }
        __syncthreads();
    }
    for (int d = threadIdx.x; d < v.headDim; d += blockDim.x) out[row + d] = sums[d] / normaliser;
}

// One block a head and token: weights (tokens * heads, slots).
extern "C" __global__ void attention_weights(View v, Query a, float* weights, int slots) {
    extern __shared__ float query[];
    __shared__ float shared[WARP];
    let_next_start();
    wait_for_earlier();
    int head = blockIdx.x, token = blockIdx.y, position = a.position + token;
    int lastSlot = position - v.next + v.keptCount;
    u64 row = (u64)token * a.heads + head;
    for (int d = threadIdx.x; d < v.headDim; d += blockDim.x) query[d] = a.q[row * v.headDim + d];
    __syncthreads();
    float most = NOTHING, sum = 0;
    for (int s = threadIdx.x; s < slots; s += blockDim.x) {
        float value = s <= lastSlot ? score(v, a, head, position, s, query) : NOTHING;
        weights[row * slots + s] = value;
        most = fmaxf(most, value);
    }
    most = block_max(most, shared);
    for (int s = threadIdx.x; s < slots; s += blockDim.x) {
        float value = weights[row * slots + s];
        float weight = value == NOTHING ? 0 : expf(value - most);
        weights[row * slots + s] = weight;
        sum += weight;
    }
    sum = block_sum(sum, shared);
    for (int s = threadIdx.x; s < slots; s += blockDim.x) weights[row * slots + s] /= sum;
}

// One block a head and token: out (tokens, heads * headDim).
extern "C" __global__ void weighted_values(View v, const float* weights, int heads, int slots, float* out) {
    let_next_start();
    wait_for_earlier();
    int head = blockIdx.x, kvHead = head / (heads / v.kvHeads);
    u64 row = (u64)blockIdx.y * heads + head;
    for (int d = threadIdx.x; d < v.headDim; d += blockDim.x) {
        float sum = 0;
        for (int s = 0; s < slots; s++) {
            float weight = weights[row * slots + s];
            if (weight != 0)
                sum = fmaf(weight, number<VALUES>(v.values[s / PAGE], value_index(v, kvHead, s, d)), sum);
        }
        out[row * v.headDim + d] = sum;
    }
}

template <int KIND>
__device__ __forceinline__ void move(const u8* from, u64 i, u8* to, u64 j) {
    if (KIND == 0) ((u32*)to)[j] = ((const u32*)from)[i];
    if (KIND == 1 || KIND == 4) ((u16*)to)[j] = ((const u16*)from)[i];
    if (IN_BLOCKS(KIND) && i % 32 == 0)
        for (int b = 0; b < (int)bytes<KIND>(32); b++) to[bytes<KIND>(j) + b] = from[bytes<KIND>(i) + b];
}

// One block a slot and head: slots (kvHeads, count) of a cache to the first slots of another.
extern "C" __global__ void move_slots(View from, const int* slots, View to, int count) {
    let_next_start();
    wait_for_earlier();
    int head = blockIdx.y, target = blockIdx.x, slot = slots[head * count + target];
    for (int d = threadIdx.x; d < from.headDim; d += blockDim.x) {
        move<KEYS>(from.keys[slot / PAGE], key_index<KEYS>(from, head, slot, d), to.keys[target / PAGE],
                   key_index<KEYS>(to, head, target, d));
        move<VALUES>(from.values[slot / PAGE], value_index(from, head, slot, d), to.values[target / PAGE],
                     value_index(to, head, target, d));
    }
}

// One block a block of slots and head: smallest and largest of each dimension, bounds (blocks, kvHeads, 2, headDim).
extern "C" __global__ void key_bounds(View v, int block, int firstBlock, float* bounds) {
    let_next_start();
    wait_for_earlier();
    int head = blockIdx.y, first = (firstBlock + blockIdx.x) * block;
    for (int d = threadIdx.x; d < v.headDim; d += blockDim.x) {
        float least = -NOTHING, most = NOTHING;
        for (int slot = first; slot < first + block; slot++) {
            float key = number<KEYS>(v.keys[slot / PAGE], key_index<KEYS>(v, head, slot, d));
            least = fminf(least, key);
            most = fmaxf(most, key);
        }
        float* to = bounds + ((u64)blockIdx.x * v.kvHeads + head) * 2 * v.headDim + d;
        to[0] = least;
        to[v.headDim] = most;
    }
}
