// Attention over paged keys and values: flash decoding (arXiv:2205.14135, split over keys as in
// https://crfm.stanford.edu/2023/10/12/flashdecoding.html). The pages are those of pages.cuh, keys and values alike.
// Invariant: how a query's keys are split depends on its position alone, so its bits do not depend on other tokens.

struct Cache {
    Element** keys;
    Element** values;
    const int* position;  // of the first token of this pass, in device memory: a captured graph serves every position
    int kvHeads;
    int headDim;
    int offset;  // from a position to its slot: of what a compressed cache dropped
};

// One block a token and head: keys and values (tokens, kvHeads * headDim) to their pages.
extern "C" __global__ void store(const float* keys, const float* values, Cache cache) {
    let_next_start();
    wait_for_earlier();
    int token = blockIdx.x / cache.kvHeads, head = blockIdx.x % cache.kvHeads;
    int slot = *cache.position + cache.offset + token;
    Element* k = head_page(cache.keys[slot / PAGE], head, cache.headDim);
    Element* v = head_page(cache.values[slot / PAGE], head, cache.headDim);
    u64 from = (u64)blockIdx.x * cache.headDim;
    for (int d = threadIdx.x; d < cache.headDim; d += blockDim.x) {
        put(k, key_index(slot % PAGE, d, cache.headDim), keys[from + d]);
        put(v, slot % PAGE * cache.headDim + d, values[from + d]);
    }
}

#ifdef GROUP
// GROUP query heads that share a key head are read together; a lane holds LANE_DIMS dimensions of the result.
// STAGED: a page is copied to shared memory ahead of its use, the first one while earlier kernels still run.
#define WARPS 4
#define AT_ONCE 9  // splits whose results a thread loads together

struct Decode {
    Cache cache;
    const float* q;  // (tokens, heads * headDim)
    float* out;
    const float* slopes;  // (heads), or null
    const float* cos;     // (positions, pairs), or null: q is turned already and the keys are stored
    const float* sin;
    const float* newKeys;    // (1, kvHeads * headDim) to turn and store, with cos and sin only
    const float* newValues;
    float* partials;  // (tokens, heads, splits, headDim + 2): sums, maximum, normaliser
    u32* counters;    // (tokens, groups), zero before and after
    float scale;
    float softcap;
    int window;
    int sinks;  // first positions that every query sees
    int heads;
    int group;  // query heads of a key head
    int splits;
    int pairs;
    int firstToken;  // of this launch in the pass
};

__device__ __forceinline__ float turned(const float* head, int d, const float* cos, const float* sin, int pairs) {
    if (!cos || d >= 2 * pairs) return head[d];
    return d < pairs ? turned_first(head[d], head[d + pairs], cos[d], sin[d])
                     : turned_second(head[d - pairs], head[d], cos[d - pairs], sin[d - pairs]);
}

#ifdef STAGED
// The part of a page that is a head's, on its way to shared memory; a group of copies, which may be empty.
__device__ __forceinline__ void stage(Element* to, const Element* from, bool there, int headDim) {
    if (there)
        for (int at = threadIdx.x * 16; at < head_page_bytes(headDim); at += blockDim.x * 16)
            COPY16((u8*)to + at, (const u8*)from + at);
    COMMIT();
}
#endif

// With 80 registers a thread three blocks find room beside one of the next product's.
extern "C" __global__ void __launch_bounds__(WARPS * WARP, GROUP * LANE_DIMS <= 8 ? 6 : 1) attend(const __grid_constant__ Decode a) {
    extern __shared__ __align__(16) float shared[];
    __shared__ float maximum[GROUP], normaliser[GROUP], correction[GROUP];
    __shared__ u32 arrived;
    int headDim = a.cache.headDim;
    float* qs = shared;                        // (GROUP, headDim)
    float* scores = qs + (GROUP * headDim + 3) / 4 * 4;  // (WARPS, GROUP, PAGE)
    float* weights = scores + WARPS * GROUP * PAGE;  // (GROUP, PAGE)
    float* results = scores;                   // (WARPS, GROUP, headDim), after the last page
#ifdef STAGED
    Element* keys = (Element*)(scores + WARPS * GROUP * max(headDim, PAGE) + GROUP * PAGE);
    Element* values = (Element*)((u8*)keys + head_page_bytes(headDim));
#endif
    let_next_start();
    // position and pages are told before a pass, by the host, so they can be read before earlier kernels end
    int token = blockIdx.z, lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    int chunks = (a.group + GROUP - 1) / GROUP;
    int kvHead = blockIdx.y / chunks, head0 = kvHead * a.group + blockIdx.y % chunks * GROUP;
    int here = min(GROUP, a.group - (int)(blockIdx.y % chunks) * GROUP);
    int position = *a.cache.position + a.cache.offset + a.firstToken + token;  // its slot
    u64 angles = (u64)(*a.cache.position + a.firstToken + token) * a.pairs;
    const float* cos = a.cos ? a.cos + angles : 0;
    const float* sin = a.sin + angles;
    int first = a.window > position ? 0 : position - a.window + 1;
    int sinkPages = min((a.sinks + PAGE - 1) / PAGE, first / PAGE);  // read before those of the window
    int pages = sinkPages + position / PAGE - first / PAGE + 1;
    int each = (pages + a.splits - 1) / a.splits;
    int active = (pages + each - 1) / each;
    int split = blockIdx.x;
    if (split >= active) return;
    int turn = split * each, end = min(turn + each, pages);

    auto page_of = [&](int p) { return p < sinkPages ? p : first / PAGE + p - sinkPages; };
    auto keys_of = [&](int p) { return head_page(a.cache.keys[page_of(p)], kvHead, headDim); };
    auto values_of = [&](int p) { return head_page(a.cache.values[page_of(p)], kvHead, headDim); };
    bool own = cos && split == active - 1;  // has the token's own key and value
#ifdef STAGED
    // slots of earlier passes can be read at once; those of this one are stored by the kernel before
    bool early = cos || page_of(turn) * PAGE + PAGE <= position - a.firstToken - token;
    if (early) {
        stage(keys, keys_of(turn), true, headDim);
        stage(values, values_of(turn), true, headDim);
    }
    wait_for_earlier();
    if (!early) {
        stage(keys, keys_of(turn), true, headDim);
        stage(values, values_of(turn), true, headDim);
    }
#else
    for (int p = turn; p < min(end, turn + 2); p++) {
        for (int at = threadIdx.x * 128; at < head_page_bytes(headDim); at += blockDim.x * 128) {
            asm volatile("prefetch.global.L2 [%0];" ::"l"((const u8*)keys_of(p) + at));
            asm volatile("prefetch.global.L2 [%0];" ::"l"((const u8*)values_of(p) + at));
        }
    }
    wait_for_earlier();
#endif

    const float* newKey = a.newKeys + kvHead * headDim;
    const float* newValue = a.newValues + kvHead * headDim;
    float k = 0, v = 0;  // loaded together with the query
    if (own && threadIdx.x < headDim) {
        k = turned(newKey, threadIdx.x, cos, sin, a.pairs);
        v = newValue[threadIdx.x];
    }
    for (int i = threadIdx.x; i < GROUP * headDim; i += blockDim.x) {
        int g = i / headDim;
        const float* q = a.q + ((u64)token * a.heads + head0 + g) * headDim;
        qs[i] = g < here ? turned(q, i % headDim, cos, sin, a.pairs) * a.scale : 0;
    }
#ifdef STAGED
    WAIT_UNTIL(0);
    __syncthreads();
#endif
    if (own) {
        Element* k0 = head_page(a.cache.keys[position / PAGE], kvHead, headDim);
        Element* v0 = head_page(a.cache.values[position / PAGE], kvHead, headDim);
        for (int d = threadIdx.x; d < headDim; d += blockDim.x) {
            if (d >= (int)blockDim.x) k = turned(newKey, d, cos, sin, a.pairs), v = newValue[d];
            int ofKey = key_index(position % PAGE, d, headDim), ofValue = position % PAGE * headDim + d;
            put(k0, ofKey, k);
            put(v0, ofValue, v);
#ifdef STAGED
            if (turn == end - 1) {  // it has the page already
                put(keys, ofKey, k);
                put(values, ofValue, v);
            }
#endif
        }
    }
    if (threadIdx.x < GROUP) {
        maximum[threadIdx.x] = NOTHING;
        normaliser[threadIdx.x] = 0;
    }
    float sum[GROUP][LANE_DIMS];
#pragma unroll
    for (int g = 0; g < GROUP; g++)
#pragma unroll
        for (int i = 0; i < LANE_DIMS; i++) sum[g][i] = 0;
    __syncthreads();

    int quarter = (headDim + WARPS - 1) / WARPS;
    for (; turn < end; turn++) {
        int page = page_of(turn);
#ifndef STAGED
        const Element* keys = keys_of(turn);
        const Element* values = values_of(turn);
#endif
        float score[GROUP][2];
#pragma unroll
        for (int g = 0; g < GROUP; g++) score[g][0] = score[g][1] = 0;
        int lastDim = min(headDim, (warp + 1) * quarter);
#pragma unroll 16
        for (int d = warp * quarter; d < lastDim; d++) {
#if KV == 0
            float2 both = *(const float2*)(keys + (u64)d * PAGE + 2 * lane);
            float k0 = both.x, k1 = both.y;
#elif KV == 2
            float k0 = number(keys, 2 * lane * headDim + d), k1 = number(keys, (2 * lane + 1) * headDim + d);
#else
            u32 both = *(const u32*)(keys + (u64)d * PAGE + 2 * lane);
            float k0 = half_to_float(both & 0xffff), k1 = half_to_float(both >> 16);
#endif
#pragma unroll
            for (int g = 0; g < GROUP; g++) {
                score[g][0] = fmaf(qs[g * headDim + d], k0, score[g][0]);
                score[g][1] = fmaf(qs[g * headDim + d], k1, score[g][1]);
            }
        }
#pragma unroll
        for (int g = 0; g < GROUP; g++)
            *(float2*)(scores + (warp * GROUP + g) * PAGE + 2 * lane) = make_float2(score[g][0], score[g][1]);
        __syncthreads();
#ifdef STAGED
        bool more = turn + 1 < end;
        stage(keys, more ? keys_of(turn + 1) : 0, more, headDim);
#endif

        for (int g = warp; g < GROUP; g += WARPS) {
            float s[2];
            float slope = a.slopes && g < here ? a.slopes[head0 + g] : 0;
#pragma unroll
            for (int i = 0; i < 2; i++) {
                int key = lane + WARP * i, at = page * PAGE + key;
                float v = 0;
                for (int w = 0; w < WARPS; w++) v += scores[(w * GROUP + g) * PAGE + key];
                if (a.softcap != 0) v = a.softcap * tanhf(v / a.softcap);
                s[i] = at < first && at >= a.sinks || at > position ? NOTHING : v - slope * (position - at);
            }
            float before = maximum[g];
            float now = fmaxf(before, warp_max(fmaxf(s[0], s[1])));
            float p0 = s[0] == NOTHING ? 0 : expf(s[0] - now), p1 = s[1] == NOTHING ? 0 : expf(s[1] - now);
            weights[g * PAGE + lane] = p0;
            weights[g * PAGE + lane + WARP] = p1;
            float added = warp_sum(p0 + p1);
            float factor = before == NOTHING ? 0 : expf(before - now);
            __syncwarp();
            if (lane == 0) {
                maximum[g] = now;
                correction[g] = factor;
                normaliser[g] = normaliser[g] * factor + added;
            }
        }
#ifdef STAGED
        WAIT_UNTIL(1);  // the values are there
#endif
        __syncthreads();

#pragma unroll
        for (int g = 0; g < GROUP; g++)
#pragma unroll
            for (int i = 0; i < LANE_DIMS; i++) sum[g][i] *= correction[g];
        int low = max(a.sinks > page * PAGE ? 0 : first - page * PAGE, warp * (PAGE / WARPS));
        int high = min(position - page * PAGE + 1, (warp + 1) * (PAGE / WARPS));
#pragma unroll 8
        for (int key = low; key < high; key++) {
            float v[LANE_DIMS];
#if KV != 2
            const Element* row = values + (u64)key * headDim;
#endif
#ifdef EXACT
#if KV == 2
            const u8* block = values + (key * headDim + lane * LANE_DIMS) / 32 * BLOCK_BYTES;
            float d = half_to_float(*(const u16*)block);
#pragma unroll
            for (int i = 0; i < LANE_DIMS; i++) v[i] = d * (s8)block[2 + lane * LANE_DIMS % 32 + i];
#elif KV == 0
#pragma unroll
            for (int i = 0; i < LANE_DIMS; i += 2) {
                float2 both = *(const float2*)(row + lane * LANE_DIMS + i);
                v[i] = both.x, v[i + 1] = both.y;
            }
#else
#pragma unroll
            for (int i = 0; i < LANE_DIMS; i += 2) {
                u32 both = *(const u32*)(row + lane * LANE_DIMS + i);
                v[i] = half_to_float(both & 0xffff), v[i + 1] = half_to_float(both >> 16);
            }
#endif
#else
#pragma unroll
            for (int i = 0; i < LANE_DIMS; i++) v[i] = lane + WARP * i < headDim ? number(values, key * headDim + lane + WARP * i) : 0;
#endif
#pragma unroll
            for (int g = 0; g < GROUP; g++) {
                float p = weights[g * PAGE + key];
#pragma unroll
                for (int i = 0; i < LANE_DIMS; i++) sum[g][i] = fmaf(p, v[i], sum[g][i]);
            }
        }
#ifdef STAGED
        __syncthreads();
        stage(values, more ? values_of(turn + 1) : 0, more, headDim);
        WAIT_UNTIL(1);  // the next keys are there
        __syncthreads();
#endif
    }
    __syncthreads();
#pragma unroll
    for (int g = 0; g < GROUP; g++)
#pragma unroll
        for (int i = 0; i < LANE_DIMS; i++) {
#ifdef EXACT
            int d = lane * LANE_DIMS + i;
#else
            int d = lane + WARP * i;
#endif
            if (d < headDim) results[(warp * GROUP + g) * headDim + d] = sum[g][i];
        }
    __syncthreads();
    u64 stride = headDim + 2;
    for (int i = threadIdx.x; i < here * headDim; i += blockDim.x) {
        int g = i / headDim, d = i % headDim;
        float total = 0;
        for (int w = 0; w < WARPS; w++) total += results[(w * GROUP + g) * headDim + d];
        u64 head = (u64)token * a.heads + head0 + g;
        if (active == 1) {
            a.out[head * headDim + d] = total / normaliser[g];
        } else {
            float* part = a.partials + (head * a.splits + split) * stride;
            part[d] = total;
            if (d == 0) part[headDim] = maximum[g], part[headDim + 1] = normaliser[g];
        }
    }
    if (active == 1) return;

    // the last block to arrive adds up what all have written
    __threadfence();
    __syncthreads();
    u32* counter = a.counters + token * gridDim.y + blockIdx.y;
    if (threadIdx.x == 0) arrived = atomicAdd(counter, 1);
    __syncthreads();
    if (arrived != active - 1) return;
    __threadfence();
    if (threadIdx.x == 0) *counter = 0;
    for (int i = threadIdx.x; i < here * headDim; i += blockDim.x) {
        u64 head = (u64)token * a.heads + head0 + i / headDim;
        const float* part = a.partials + head * a.splits * stride;
        int d = i % headDim;
        float most = NOTHING, norm = 0, total = 0;
#pragma unroll 1
        for (int s0 = 0; s0 < active; s0 += AT_ONCE) {
            float m[AT_ONCE], n[AT_ONCE], x[AT_ONCE];
#pragma unroll
            for (int s = 0; s < AT_ONCE; s++) {
                const float* of = part + (u64)min(s0 + s, active - 1) * stride;
                m[s] = s0 + s < active ? __ldcg(of + headDim) : NOTHING;
                n[s] = __ldcg(of + headDim + 1);
                x[s] = __ldcg(of + d);
            }
            float now = most;
#pragma unroll
            for (int s = 0; s < AT_ONCE; s++) now = fmaxf(now, m[s]);
            float factor = most == NOTHING ? 0 : expf(most - now);
            norm *= factor;
            total *= factor;
#pragma unroll
            for (int s = 0; s < AT_ONCE; s++) {
                float share = m[s] == NOTHING ? 0 : expf(m[s] - now);
                norm = fmaf(share, n[s], norm);
                total = fmaf(share, x[s], total);
            }
            most = now;
        }
        a.out[head * headDim + d] = total / norm;
    }
}
#endif
