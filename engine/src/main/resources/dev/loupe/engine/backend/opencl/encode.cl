// 32 values as a block, as the dtype's quantiser does it.

inline void encode_sym_int8(__global const float *values, __global uchar *block) {
    float largest = 0;
    for (int i = 0; i < 32; i++) {
        largest = fmax(largest, fabs(values[i]));
    }
    float scale = largest / 127.0f;
    float inverse = scale == 0 ? 0 : 1.0f / scale;
    vstore_half_rte(scale, 0, (__global half *)block);
    for (int i = 0; i < 32; i++) {
        block[2 + i] = (uchar)(char)round(values[i] * inverse);
    }
}

inline void encode_sym_int4(__global const float *values, __global uchar *block) {
    float largest = 0;
    for (int i = 0; i < 32; i++) {
        largest = fabs(values[i]) > fabs(largest) ? values[i] : largest;
    }
    float scale = largest / -8.0f;
    float inverse = scale == 0 ? 0 : 1.0f / scale;
    vstore_half_rte(scale, 0, (__global half *)block);
    for (int i = 0; i < 16; i++) {
        int low = min(15, (int)(values[i] * inverse + 8.5f));
        int high = min(15, (int)(values[16 + i] * inverse + 8.5f));
        block[2 + i] = (uchar)(high << 4 | low);
    }
}
