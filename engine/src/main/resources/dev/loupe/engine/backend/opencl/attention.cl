// The cache of a layer is in pages of page_tokens positions: keys (kv_heads, head_dim, page_tokens), values (kv_heads,
// page_tokens, head_dim). pages[2 p] and pages[2 p + 1] say where the keys and values of page p begin, in floats.

// Keys and values (tokens, kv_heads, head_dim) to their pages; one work-item for one of each.
__kernel void store(
        TENSOR(keys),
        TENSOR(values),
        __global float *cache,
        TENSOR(pages),
        int kv_heads,
        int head_dim,
        int page_tokens,
        int first_position,
        int n) {
    int i = get_global_id(0);
    if (i < n) {
        int d = i % head_dim;
        int head = i / head_dim % kv_heads;
        int position = first_position + i / head_dim / kv_heads;
        int page = position / page_tokens;
        int slot = position % page_tokens;
        cache[LONGS(pages)[2 * page] + ((long)head * head_dim + d) * page_tokens + slot] = FLOATS(keys)[i];
        cache[LONGS(pages)[2 * page + 1] + ((long)head * page_tokens + slot) * head_dim + d] = FLOATS(values)[i];
    }
}

// Softmax attention with an online softmax, a page at a time (arXiv:2205.14135); a group for a head of a token.
// scores holds page_tokens floats, sums head_dim. Pages are cut by position, so a token's bits do not depend on others.
__kernel void attention(
        TENSOR(q),
        __global const float *cache,
        TENSOR(pages),
        TENSOR(slopes),
        TENSOR(out),
        int heads,
        int kv_heads,
        int head_dim,
        int page_tokens,
        float factor,
        float cap,
        int window,
        int first_position,
        __local float *scores,
        __local float *sums) {
    int lane = get_local_id(0);
    int head = get_group_id(0);
    int position = first_position + get_group_id(1);
    int first = max(0, position - window + 1);
    int kv_head = head / (heads / kv_heads);
    float slope = FLOATS(slopes)[head];
    long at = ((long)get_group_id(1) * heads + head) * head_dim;
    __global const float *query = FLOATS(q) + at;
    int whole = head_dim / WIDTH * WIDTH;
    for (int d = lane; d < head_dim; d += LANES) {
        sums[d] = 0;
    }
    float best = -INFINITY;
    float total = 0;
    for (int page = first / page_tokens; page <= position / page_tokens; page++) {
        int start = page * page_tokens;
        __global const float *keys = cache + LONGS(pages)[2 * page] + (long)kv_head * head_dim * page_tokens;
        __global const float *values = cache + LONGS(pages)[2 * page + 1] + (long)kv_head * page_tokens * head_dim;
        for (int k = lane * WIDTH; k < page_tokens; k += LANES * WIDTH) {
            vector score = 0;
            for (int d = 0; d < head_dim; d++) {
                score = fma((vector)(query[d]), LOAD(keys + (long)d * page_tokens + k), score);
            }
            score *= factor;
            if (cap != 0) {
                score = cap * tanh(score / cap);
            }
            STORE(score, scores + k);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        int from = max(0, first - start);
        int to = min(page_tokens, position + 1 - start);
        float next = best;
        for (int k = from; k < to; k++) {
            next = fmax(next, scores[k] - slope * (position - start - k));
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int k = from + lane; k < to; k += LANES) {
            scores[k] = exp(scores[k] - slope * (position - start - k) - next);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        float kept = exp(best - next);
        total *= kept;
        for (int k = from; k < to; k++) {
            total += scores[k];
        }
        for (int d = lane * WIDTH; d < whole; d += LANES * WIDTH) {
            vector sum = LOAD(sums + d) * kept;
            for (int k = from; k < to; k++) {
                sum = fma((vector)(scores[k]), LOAD(values + (long)k * head_dim + d), sum);
            }
            STORE(sum, sums + d);
        }
        for (int d = whole + lane; d < head_dim; d += LANES) {
            float sum = sums[d] * kept;
            for (int k = from; k < to; k++) {
                sum = fma(scores[k], values[(long)k * head_dim + d], sum);
            }
            sums[d] = sum;
        }
        best = next;
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (int d = lane; d < head_dim; d += LANES) {
        FLOATS(out)[at + d] = sums[d] / total;
    }
}
