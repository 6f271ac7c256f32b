// The cache of a layer: slots in pages of page_tokens. pages[2 p] and pages[2 p + 1] say where the keys and values of
// page p begin in the heap, in bytes; -1 for a page that nobody sees. Values are (kv_heads, page_tokens, head_dim), keys
// too if their dtype has blocks, otherwise (kv_heads, head_dim, page_tokens).

// Keys and values (tokens, kv_heads, head_dim) to the slots from first_slot on; a work-item for a value, or a block.
__kernel void store(
        TENSOR(keys),
        TENSOR(values),
        TENSOR(pages),
        int kv_heads,
        int head_dim,
        int page_tokens,
        int first_slot,
        int n) {
    int i = get_global_id(0);
    if (i >= n) {
        return;
    }
    int d = i % head_dim;
    int head = i / head_dim % kv_heads;
    int slot = first_slot + i / head_dim / kv_heads;
    int page = slot / page_tokens;
    int in_page = slot % page_tokens;
    long by_slot = ((long)head * page_tokens + in_page) * head_dim + d;
    __global uchar *key_page = keys_memory + LONGS(pages)[2 * page];
    __global uchar *value_page = keys_memory + LONGS(pages)[2 * page + 1];
#if key_BLOCK == 1
    store_key(FLOATS(keys)[i], key_page, ((long)head * head_dim + d) * page_tokens + in_page);
#else
    if (d % key_BLOCK == 0) {
        store_key(FLOATS(keys) + i, key_page, by_slot);
    }
#endif
#if value_BLOCK == 1
    store_value(FLOATS(values)[i], value_page, by_slot);
#else
    if (d % value_BLOCK == 0) {
        store_value(FLOATS(values) + i, value_page, by_slot);
    }
#endif
}

// Softmax attention with an online softmax, a page at a time (arXiv:2205.14135); a group for a head of a token.
// Slots below kept_count hold the positions kept (kv_heads, kept_count), those after them next, next + 1...
// selected (kv_heads, selected_words) has a bit for each slot that may be read; no words for all.
// scores holds page_tokens floats, sums head_dim. Pages are cut by slot, so a token's bits do not depend on others.
__kernel void attention(
        TENSOR(q),
        TENSOR(pages),
        TENSOR(slopes),
        TENSOR(kept),
        TENSOR(selected),
        TENSOR(out),
        int kept_count,
        int next_position,
        int selected_words,
        int heads,
        int kv_heads,
        int head_dim,
        int page_tokens,
        float factor,
        float cap,
        int window,
        int sinks,
        int first_position,
        __local float *scores,
        __local float *sums) {
    int lane = get_local_id(0);
    int head = get_group_id(0);
    int position = first_position + get_group_id(1);
    int last_slot = position - next_position + kept_count;
    int first = max(0, position - window + 1);
    int first_page = kept_count == 0 && sinks == 0 ? max(0, first - next_position) / page_tokens : 0;
    int kv_head = head / (heads / kv_heads);
    float slope = FLOATS(slopes)[head];
    long at = ((long)get_group_id(1) * heads + head) * head_dim;
    __global const float *query = FLOATS(q) + at;
    for (int d = lane; d < head_dim; d += LANES) {
        sums[d] = 0;
    }
    float best = -INFINITY;
    float total = 0;
    for (int page = first_page; page <= last_slot / page_tokens; page++) {
        long key_page = LONGS(pages)[2 * page];
        __global const uchar *keys = q_memory + key_page;
        __global const uchar *values = q_memory + LONGS(pages)[2 * page + 1];
        int start = page * page_tokens;
        int count = key_page < 0 ? 0 : min(page_tokens, last_slot + 1 - start);
#if key_BLOCK == 1
        for (int k = lane * WIDTH; k < count; k += LANES * WIDTH) {
            vector score = 0;
            for (int d = 0; d < head_dim; d++) {
                score = fma((vector)(query[d]), load_key(keys, ((long)kv_head * head_dim + d) * page_tokens + k), score);
            }
            STORE(score, scores + k);
        }
#else
        for (int k = lane; k < count; k += LANES) {
            float16 products = 0;
            for (int d = 0; d < head_dim; d += 16) {
                float16 key = load_key(keys, ((long)kv_head * page_tokens + k) * head_dim + d);
                products = fma(vload16(0, query + d), key, products);
            }
            scores[k] = sum16(products);
        }
#endif
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int k = lane; k < count; k += LANES) {
            int slot = start + k;
            int key_position = slot < kept_count ? INTS(kept)[kv_head * kept_count + slot]
                                                 : slot - kept_count + next_position;
            bool seen = key_position <= position && (key_position >= first || key_position < sinks);
            if (selected_words > 0) {
                seen = seen && (LONGS(selected)[kv_head * selected_words + slot / 64] >> slot % 64 & 1);
            }
            float score = scores[k] * factor;
            score = cap == 0 ? score : cap * tanh(score / cap);
            scores[k] = seen ? score - slope * (position - key_position) : -INFINITY;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        float higher = best;
        for (int k = 0; k < count; k++) {
            higher = fmax(higher, scores[k]);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        float reference = higher == -INFINITY ? 0 : higher; // nothing seen so far
        for (int k = lane; k < count; k += LANES) {
            scores[k] = exp(scores[k] - reference);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        float carried = exp(best - reference);
        total *= carried;
        for (int k = 0; k < count; k++) {
            total += scores[k];
        }
#if value_BLOCK == 1
        int whole = head_dim / WIDTH * WIDTH;
        for (int d = lane * WIDTH; d < whole; d += LANES * WIDTH) {
            vector sum = LOAD(sums + d) * carried;
            for (int k = 0; k < count; k++) {
                if (scores[k] != 0) {
                    vector value = load_value(values, ((long)kv_head * page_tokens + k) * head_dim + d);
                    sum = fma((vector)(scores[k]), value, sum);
                }
            }
            STORE(sum, sums + d);
        }
        for (int d = whole + lane; d < head_dim; d += LANES) {
            float sum = sums[d] * carried;
            for (int k = 0; k < count; k++) {
                if (scores[k] != 0) {
                    sum = fma(scores[k], load_one_value(values, ((long)kv_head * page_tokens + k) * head_dim + d), sum);
                }
            }
            sums[d] = sum;
        }
#else
        for (int d = lane * 16; d < head_dim; d += LANES * 16) {
            float16 sum = vload16(0, sums + d) * carried;
            for (int k = 0; k < count; k++) {
                if (scores[k] != 0) {
                    float16 value = load_value(values, ((long)kv_head * page_tokens + k) * head_dim + d);
                    sum = fma((float16)(scores[k]), value, sum);
                }
            }
            vstore16(sum, 0, sums + d);
        }
#endif
        best = higher;
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (int d = lane; d < head_dim; d += LANES) {
        FLOATS(out)[at + d] = sums[d] / total;
    }
}
