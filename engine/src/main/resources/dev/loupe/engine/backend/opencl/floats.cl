// What matmul.cl takes of float32 activations: 16 columns at a time, with weights as the dtype's file decodes them:
// decode16(row, group) are values 16 group ... 16 group + 15 of a row, with zeros at its end.
#define COLUMNS 16
#define X_BYTES(columns) (4L * (columns))
typedef float16 piece;
typedef float16 partial;

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

inline piece piece_of(__global const uchar *row, int group) {
    return decode16(row, group);
}

inline partial add_product(piece w, __global const uchar *x, int group, int columns, partial sum) {
    return fma(w, load16((__global const float *)x, group, columns), sum);
}

inline float whole(partial sum) {
    return sum16(sum);
}

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
