// Products with a matrix w (rows, columns) of any dtype: out (tokens, rows) = x (tokens, columns) w^T; rows of w lie row_bytes
// apart. floats.cl or integers.cl says how activations lie and how COLUMNS columns are multiplied.
// Invariant: a token's sum is added in the same order whatever the number of tokens.

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
        __global const uchar *inputs[TOKENS];                                                              \
        partial sums[TOKENS];                                                                              \
        _Pragma("unroll") for (int t = 0; t < TOKENS; t++) {                                               \
            inputs[t] = x_memory + x_at + min(first + t, tokens - 1) * X_BYTES(columns);                   \
            sums[t] = 0;                                                                                   \
        }                                                                                                  \
        for (int i = lane; i < (columns + COLUMNS - 1) / COLUMNS; i += LANES) {                            \
            piece values = piece_of(weights, i);                                                           \
            _Pragma("unroll") for (int t = 0; t < TOKENS; t++) {                                           \
                sums[t] = add_product(values, inputs[t], i, columns, sums[t]);                             \
            }                                                                                              \
        }                                                                                                  \
        _Pragma("unroll") for (int t = 0; t < TOKENS; t++) {                                               \
            float total = sum_lanes(whole(sums[t]), lane, shared[local_row]);                              \
            if (lane == 0 && first + t < tokens && (int)get_group_id(0) * ROWS + local_row < rows) {       \
                FLOATS(out)[(long)(first + t) * rows + row] = total;                                       \
            }                                                                                              \
        }                                                                                                  \
    }

PRODUCT(matvec, 1)
PRODUCT(matmul, 8)
