// Pages of keys and values. A page holds 64 slots of all heads. KV says what of: 0 is fp32 and 1 fp16, where keys are
// (kvHeads, headDim, 64) and values (kvHeads, 64, headDim); 2 is sym_int8, where both are (kvHeads, 64, headDim) in
// blocks of 32: a binary16 scale, then signed bytes.
#define PAGE 64
#define NOTHING (-__int_as_float(0x7f800000))
#define BLOCK_BYTES 34

#if KV == 0
typedef float Element;
#elif KV == 1
typedef u16 Element;
#else
typedef u8 Element;
#endif

__device__ __forceinline__ int head_page_bytes(int headDim) {
    return KV == 2 ? headDim * PAGE / 32 * BLOCK_BYTES : headDim * PAGE * (int)sizeof(Element);
}

// A head's part of a page.
__device__ __forceinline__ Element* head_page(Element* page, int kvHead, int headDim) {
    return (Element*)((u8*)page + (u64)kvHead * head_page_bytes(headDim));
}

// Where dimension d of the key in a slot is, in its head's part.
__device__ __forceinline__ int key_index(int slot, int d, int headDim) {
    return KV == 2 ? slot * headDim + d : d * PAGE + slot;
}

__device__ __forceinline__ float number(const Element* of, int i) {
#if KV == 0
    return of[i];
#elif KV == 1
    return half_to_float(of[i]);
#else
    const u8* block = of + i / 32 * BLOCK_BYTES;
    return half_to_float(*(const u16*)block) * (s8)block[2 + i % 32];
#endif
}

// Writes a value. Of blocks, the lanes of a warp write the 32 values of one together.
__device__ __forceinline__ void put(Element* to, int i, float value) {
#if KV == 0
    to[i] = value;
#elif KV == 1
    to[i] = float_to_half(value);
#else
    float scale = warp_max(fabsf(value)) / 127;
    float inverse = scale == 0 ? 0 : 1 / scale;
    u8* block = to + i / 32 * BLOCK_BYTES;
    if (i % 32 == 0) *(u16*)block = float_to_half(scale);
    block[2 + i % 32] = (u8)(s8)nearest_away(__fmul_rn(value, inverse));
#endif
}
