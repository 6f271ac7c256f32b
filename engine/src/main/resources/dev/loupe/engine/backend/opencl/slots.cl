// Caches slot by slot: the weights of attention written out, values weighted by them, slots moved to another cache, the
// bounds of keys. Pages and layouts are those of attention.cl.

inline long by_slot(int head, int slot, int d, int head_dim, int page_tokens) {
    return ((long)head * page_tokens + slot % page_tokens) * head_dim + d;
}

inline long by_dimension(int head, int slot, int d, int head_dim, int page_tokens) {
    return ((long)head * head_dim + d) * page_tokens + slot % page_tokens;
}

#if key_BLOCK == 1
#define KEY_INDEX by_dimension
#else
#define KEY_INDEX by_slot
#endif

// Scores (rows, slots) of queries, a row for each head of each token; -INFINITY where a query does not see a slot.
__kernel void attention_scores(
        TENSOR(q),
        TENSOR(pages),
        TENSOR(slopes),
        TENSOR(kept),
        TENSOR(selected),
        TENSOR(scores),
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
        int slots,
        int n) {
    int i = get_global_id(0);
    if (i >= n) {
        return;
    }
    int slot = i % slots;
    int row = i / slots;
    int head = row % heads;
    int position = first_position + row / heads;
    int kv_head = head / (heads / kv_heads);
    int key_position =
            slot < kept_count ? INTS(kept)[kv_head * kept_count + slot] : slot - kept_count + next_position;
    bool seen = key_position <= position && (key_position > position - window || key_position < sinks);
    if (seen && selected_words > 0) {
        seen = LONGS(selected)[kv_head * selected_words + slot / 64] >> slot % 64 & 1;
    }
    float score = -INFINITY;
    if (seen) {
        __global const float *query = FLOATS(q) + (long)row * head_dim;
        __global const uchar *keys = q_memory + LONGS(pages)[2 * (slot / page_tokens)];
        float sum = 0;
#if key_BLOCK == 1
        for (int d = 0; d < head_dim; d++) {
            sum = fma(query[d], load_one_key(keys, by_dimension(kv_head, slot, d, head_dim, page_tokens)), sum);
        }
#else
        float16 products = 0;
        for (int d = 0; d < head_dim; d += 16) {
            products = fma(vload16(0, query + d), load_key(keys, by_slot(kv_head, slot, d, head_dim, page_tokens)), products);
        }
        sum = sum16(products);
#endif
        score = sum * factor;
        score = cap == 0 ? score : cap * tanh(score / cap);
        score -= FLOATS(slopes)[head] * (position - key_position);
    }
    FLOATS(scores)[i] = score;
}

// Softmax of each row of (rows, slots), in place; a work-item for a row.
__kernel void softmax(TENSOR(scores), int slots, int n) {
    int row = get_global_id(0);
    if (row >= n) {
        return;
    }
    __global float *weights = FLOATS(scores) + (long)row * slots;
    float best = -INFINITY;
    for (int s = 0; s < slots; s++) {
        best = fmax(best, weights[s]);
    }
    float total = 0;
    for (int s = 0; s < slots; s++) {
        weights[s] = exp(weights[s] - best);
        total += weights[s];
    }
    for (int s = 0; s < slots; s++) {
        weights[s] /= total;
    }
}

// Values weighted by (tokens * heads, slots): out (tokens, heads * head_dim).
__kernel void weighted_values(
        TENSOR(weights), TENSOR(pages), TENSOR(out), int heads, int kv_heads, int head_dim, int page_tokens, int slots, int n) {
    int i = get_global_id(0);
    if (i >= n) {
        return;
    }
    int d = i % head_dim;
    int row = i / head_dim;
    int kv_head = row % heads / (heads / kv_heads);
    float sum = 0;
    for (int s = 0; s < slots; s++) {
        float weight = FLOATS(weights)[(long)row * slots + s];
        if (weight != 0) {
            __global const uchar *values = weights_memory + LONGS(pages)[2 * (s / page_tokens) + 1];
            long at = by_slot(kv_head, s, d, head_dim, page_tokens);
#if value_BLOCK == 1
            sum = fma(weight, load_one_value(values, at), sum);
#else
            float sixteen[16];
            vstore16(load_value(values, at / 16 * 16), 0, sixteen);
            sum = fma(weight, sixteen[at % 16], sum);
#endif
        }
    }
    FLOATS(out)[i] = sum;
}

inline void move_bytes(__global const uchar *from, __global uchar *to, int count) {
    for (int b = 0; b < count; b++) {
        to[b] = from[b];
    }
}

// Slots (kv_heads, count) of a cache to the first ones of another; a work-item for a dimension.
__kernel void move_slots(
        __global uchar *heap, TENSOR(slots), TENSOR(pages), TENSOR(target), int head_dim, int page_tokens, int count, int n) {
    int i = get_global_id(0);
    if (i >= n) {
        return;
    }
    int d = i % head_dim;
    int to = i / head_dim % count;
    int head = i / head_dim / count;
    int slot = INTS(slots)[head * count + to];
    if (d % key_BLOCK == 0) {
        move_bytes(
                heap + LONGS(pages)[2 * (slot / page_tokens)]
                        + KEY_INDEX(head, slot, d, head_dim, page_tokens) / key_BLOCK * key_BYTES,
                heap + LONGS(target)[2 * (to / page_tokens)]
                        + KEY_INDEX(head, to, d, head_dim, page_tokens) / key_BLOCK * key_BYTES,
                key_BYTES);
    }
    if (d % value_BLOCK == 0) {
        move_bytes(
                heap + LONGS(pages)[2 * (slot / page_tokens) + 1]
                        + by_slot(head, slot, d, head_dim, page_tokens) / value_BLOCK * value_BYTES,
                heap + LONGS(target)[2 * (to / page_tokens) + 1]
                        + by_slot(head, to, d, head_dim, page_tokens) / value_BLOCK * value_BYTES,
                value_BYTES);
    }
}

// Smallest and largest key of each dimension in blocks of slots: bounds (blocks, kv_heads, 2, head_dim).
__kernel void key_bounds(
        TENSOR(pages), TENSOR(bounds), int kv_heads, int head_dim, int page_tokens, int block, int first_block, int n) {
    int i = get_global_id(0);
    if (i >= n) {
        return;
    }
    int d = i % head_dim;
    int head = i / head_dim % kv_heads;
    int b = i / head_dim / kv_heads;
    float least = INFINITY;
    float most = -INFINITY;
    for (int slot = (first_block + b) * block; slot < (first_block + b + 1) * block; slot++) {
        __global const uchar *keys = bounds_memory + LONGS(pages)[2 * (slot / page_tokens)];
        long at = KEY_INDEX(head, slot, d, head_dim, page_tokens);
#if key_BLOCK == 1
        float key = load_one_key(keys, at);
#else
        float sixteen[16];
        vstore16(load_key(keys, at / 16 * 16), 0, sixteen);
        float key = sixteen[at % 16];
#endif
        least = fmin(least, key);
        most = fmax(most, key);
    }
    __global float *to = FLOATS(bounds) + ((long)b * kv_heads + head) * 2 * head_dim + d;
    to[0] = least;
    to[head_dim] = most;
}
