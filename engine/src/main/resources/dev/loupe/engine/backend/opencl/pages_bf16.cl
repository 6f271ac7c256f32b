// Pages of WHATs in bf16, the upper halves of fp32.
#define WHAT_BLOCK 1
#define WHAT_BYTES 2
inline float load_one_WHAT(__global const uchar *page, long i) {
    return as_float((uint)((__global const ushort *)page)[i] << 16);
}

inline vector load_WHAT(__global const uchar *page, long i) {
#if WIDTH == 16
    return as_float16(convert_uint16(vload16(0, (__global const ushort *)page + i)) << 16);
#else
    return load_one_WHAT(page, i);
#endif
}

// The nearest, ties to even; a NaN becomes quiet.
inline void store_WHAT(float value, __global uchar *page, long i) {
    uint bits = as_uint(value);
    ((__global ushort *)page)[i] = isnan(value) ? bits >> 16 | 0x40 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}
