// Products with a matrix w (rows, columns) of any dtype: out (tokens, rows) = x (tokens, columns) w^T. The dtype's file
// defines decode16(row, group): values 16 group ... 16 group + 15 of a row; rows lie row_bytes apart, zeros at their end.
// Invariant: a token's sum is added in the same order whatever the number of tokens.

// Values 16 group ... 16 group + 15 of a row of x, zeros beyond its end.
inline float16 load16(__global const float *x, int group, int columns) {
    if (16 * group + 16 <= columns) {
        return vload16(group, x);
    }
    float values[16];
    for (int i = 0; i < 16; i++) {
        values[i] = 16 * group + i < columns ? x[16 * group + i] : 0;
    }
    return vload16(0, values);
}

// TOKENS tokens by one row of w; ROWS rows a group, LANES work-items each.
#define PRODUCT(NAME, TOKENS)                                                                              \
    __kernel void NAME(                                                                                    \
            TENSOR(x), __global const uchar *w, TENSOR(out), int tokens, int rows, int columns, ulong row_bytes) { \
        __local float shared[ROWS][LANES];                                                                 \
        int lane = local_item() % LANES;                                                                   \
        int local_row = local_item() / LANES;                                                              \
        int row = min((int)get_group_id(0) * ROWS + local_row, rows - 1);                                  \
        int first = get_group_id(1) * TOKENS;                                                              \
        __global const uchar *weights = w + row * row_bytes;                                               \
        __global const float *inputs[TOKENS];                                                              \
        float16 sums[TOKENS];                                                                              \
        _Pragma("unroll") for (int t = 0; t < TOKENS; t++) {                                               \
            inputs[t] = FLOATS(x) + (long)min(first + t, tokens - 1) * columns;                            \
            sums[t] = 0;                                                                                   \
        }                                                                                                  \
        for (int group = lane; group < (columns + 15) / 16; group += LANES) {                              \
            float16 values = decode16(weights, group);                                                     \
            _Pragma("unroll") for (int t = 0; t < TOKENS; t++) {                                           \
                sums[t] = fma(values, load16(inputs[t], group, columns), sums[t]);                         \
            }                                                                                              \
        }                                                                                                  \
        _Pragma("unroll") for (int t = 0; t < TOKENS; t++) {                                               \
            float total = sum_lanes(sum16(sums[t]), lane, shared[local_row]);                              \
            if (lane == 0 && first + t < tokens && (int)get_group_id(0) * ROWS + local_row < rows) {       \
                FLOATS(out)[(long)(first + t) * rows + row] = total;                                       \
            }                                                                                              \
        }                                                                                                  \
    }

PRODUCT(matvec, 1)
PRODUCT(matmul, 8)

// Rows ids[0], ids[1]... of the table to out (tokens, columns); one work-item for 16 values.
__kernel void embed(
        __global const uchar *table, TENSOR(ids), TENSOR(out), int tokens, int columns, ulong row_bytes) {
    int groups = (columns + 15) / 16;
    int i = get_global_id(0);
    if (i < tokens * groups) {
        int group = i % groups;
        __global float *result = FLOATS(out) + (long)(i / groups) * columns;
        float values[16];
        vstore16(decode16(table + INTS(ids)[i / groups] * row_bytes, group), 0, values);
        for (int k = 0; k < 16 && 16 * group + k < columns; k++) {
            result[16 * group + k] = values[k];
        }
    }
}
