// Root mean square norm (arXiv:1910.07467) of rows of x (tokens, columns): a group a row.
__kernel void rms_norm(TENSOR(x), TENSOR(weight), TENSOR(out), float eps, int columns) {
    __local float shared[LANES];
    int lane = local_item();
    __global const float *row = FLOATS(x) + (long)get_group_id(0) * columns;
    __global float *result = FLOATS(out) + (long)get_group_id(0) * columns;
    __global const float *factors = FLOATS(weight);
    vector squares0 = 0;
    vector squares1 = 0;
    int whole = columns / (2 * WIDTH * LANES) * (2 * WIDTH * LANES);
    for (int i = lane * WIDTH; i < whole; i += 2 * WIDTH * LANES) {
        vector a = LOAD(row + i);
        vector b = LOAD(row + i + WIDTH * LANES);
        squares0 = fma(a, a, squares0);
        squares1 = fma(b, b, squares1);
    }
    float squares = sum(squares0 + squares1);
    for (int i = whole + lane; i < columns; i += LANES) {
        squares = fma(row[i], row[i], squares);
    }
    float factor = 1.0f / sqrt(sum_lanes(squares, lane, shared) / columns + eps);
    for (int i = lane; i < columns; i += LANES) {
        result[i] = row[i] * factor * factors[i];
    }
}
