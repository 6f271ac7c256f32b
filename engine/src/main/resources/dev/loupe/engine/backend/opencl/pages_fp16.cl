// Pages of WHATs in fp16.
#define WHAT_BLOCK 1
#define WHAT_BYTES 2
inline vector load_WHAT(__global const uchar *page, long i) {
#if WIDTH == 16
    return vload_half16(0, (__global const half *)page + i);
#else
    return vload_half(i, (__global const half *)page);
#endif
}

inline float load_one_WHAT(__global const uchar *page, long i) {
    return vload_half(i, (__global const half *)page);
}

inline void store_WHAT(float value, __global uchar *page, long i) {
    vstore_half_rte(value, i, (__global half *)page);
}
