// Pages of WHATs in fp32.
#define WHAT_BLOCK 1
#define WHAT_BYTES 4
inline vector load_WHAT(__global const uchar *page, long i) {
    return LOAD((__global const float *)page + i);
}

inline float load_one_WHAT(__global const uchar *page, long i) {
    return ((__global const float *)page)[i];
}

inline void store_WHAT(float value, __global uchar *page, long i) {
    ((__global float *)page)[i] = value;
}
