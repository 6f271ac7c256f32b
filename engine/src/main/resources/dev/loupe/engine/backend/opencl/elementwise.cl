// Verbs that work element by element: one work-item each, n elements; groups are filled up, so the last are idle.

__kernel void add(TENSOR(x), TENSOR(y), int n) {
    int i = get_global_id(0);
    if (i < n) {
        FLOATS(x)[i] += FLOATS(y)[i];
    }
}

__kernel void add_bias(TENSOR(x), TENSOR(bias), int columns, int n) {
    int i = get_global_id(0);
    if (i < n) {
        FLOATS(x)[i] += FLOATS(bias)[i % columns];
    }
}

__kernel void scale(TENSOR(x), float factor, int n) {
    int i = get_global_id(0);
    if (i < n) {
        FLOATS(x)[i] *= factor;
    }
}

__kernel void softcap(TENSOR(x), float cap, int n) {
    int i = get_global_id(0);
    if (i < n) {
        FLOATS(x)[i] = cap * tanh(FLOATS(x)[i] / cap);
    }
}

__kernel void silu(TENSOR(gate), TENSOR(up), TENSOR(out), int n) {
    int i = get_global_id(0);
    if (i < n) {
        float g = FLOATS(gate)[i];
        FLOATS(out)[i] = g / (1.0f + exp(-g)) * FLOATS(up)[i];
    }
}

__kernel void gelu_tanh(TENSOR(gate), TENSOR(up), TENSOR(out), int n) {
    int i = get_global_id(0);
    if (i < n) {
        float g = FLOATS(gate)[i];
        float inner = 0.7978845608028654f * (g + 0.044715f * g * g * g);
        FLOATS(out)[i] = 0.5f * g * (1.0f + tanh(inner)) * FLOATS(up)[i];
    }
}

// out[r] = x[rows[r]]
__kernel void gather(TENSOR(x), TENSOR(rows), TENSOR(out), int columns, int n) {
    int i = get_global_id(0);
    if (i < n) {
        FLOATS(out)[i] = FLOATS(x)[(long)INTS(rows)[i / columns] * columns + i % columns];
    }
}

// total[rows[r]] += factors[r] * x[r]
__kernel void add_rows(
        TENSOR(x), TENSOR(rows), TENSOR(factors), TENSOR(total), int columns, int n) {
    int i = get_global_id(0);
    if (i < n) {
        long at = (long)INTS(rows)[i / columns] * columns + i % columns;
        FLOATS(total)[at] = fma(FLOATS(factors)[i / columns], FLOATS(x)[i], FLOATS(total)[at]);
    }
}

// Halves of x (tokens, heads, head_dim) turned by cos and sin (positions, pairs); one work-item a pair.
__kernel void rope(
        TENSOR(x),
        TENSOR(cosines),
        TENSOR(sines),
        int heads,
        int head_dim,
        int pairs,
        int first_position,
        int n) {
    int i = get_global_id(0);
    if (i < n) {
        int pair = i % pairs;
        long head = i / pairs; // of all tokens
        long angle = (first_position + head / heads) * pairs + pair;
        __global float *at = FLOATS(x) + head * head_dim + pair;
        float a = at[0];
        float b = at[pairs];
        at[0] = a * FLOATS(cosines)[angle] - b * FLOATS(sines)[angle];
        at[pairs] = b * FLOATS(cosines)[angle] + a * FLOATS(sines)[angle];
    }
}
