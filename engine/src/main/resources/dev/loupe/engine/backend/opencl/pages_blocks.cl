// Pages of WHATs in blocks of 32, slot by slot.
#define WHAT_BLOCK 32
#define WHAT_BYTES BLOCK_BYTES
inline float16 load_WHAT(__global const uchar *page, long i) {
    return decode16_WHAT(page + i / 32 * BLOCK_BYTES, i / 16 % 2);
}

inline void store_WHAT(__global const float *from, __global uchar *page, long i) {
    ENCODE(from, page + i / 32 * BLOCK_BYTES);
}
