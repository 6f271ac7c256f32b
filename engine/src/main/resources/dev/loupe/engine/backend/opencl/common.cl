// What all programs begin with. LANES work-items share a row; each works on vectors of WIDTH floats: one lane of 16 on a
// CPU, 32 lanes of 1 on a GPU. No products are contracted to fma behind our back, so that a batch has a single's bits.
#pragma OPENCL FP_CONTRACT OFF
#ifdef HALF
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#endif

// A tensor: its memory and where it begins there, in bytes.
#define TENSOR(name) __global uchar *name##_memory, ulong name##_at
#define FLOATS(name) ((__global float *)(name##_memory + name##_at))
#define INTS(name) ((__global int *)(name##_memory + name##_at))
#define LONGS(name) ((__global long *)(name##_memory + name##_at))

#if WIDTH == 16
typedef float16 vector;
#define LOAD(from) vload16(0, from)
#define STORE(value, to) vstore16(value, 0, to)
#else
typedef float vector;
#define LOAD(from) (*(from))
#define STORE(value, to) (*(to) = (value))
#endif

inline float sum16(float16 v) {
    float8 a = v.lo + v.hi;
    float4 b = a.lo + a.hi;
    float2 c = b.lo + b.hi;
    return c.lo + c.hi;
}

#if WIDTH == 16
inline float sum(vector v) {
    return sum16(v);
}
#else
inline float sum(vector v) {
    return v;
}
#endif

// The work-item in its group, counted through its sub-groups where these shuffle, which need not follow get_local_id.
inline int local_item() {
#ifdef SHUFFLE_XOR
    return get_sub_group_id() * get_max_sub_group_size() + get_sub_group_local_id();
#else
    return get_local_id(0);
#endif
}

// The sum over the lanes of a row, the same in every lane: neighbours, then pairs, then fours... Sub-groups of any size
// do the first of these steps, so their bits are those of the portable form. lane is local_item() % LANES; shared holds
// a float for each lane.
inline float sum_lanes(float own, int lane, __local float *shared) {
#if LANES > 1
    int summed = 1; // lanes whose sum each lane has
#ifdef SHUFFLE_XOR
    for (; summed < LANES && summed < (int)get_max_sub_group_size(); summed *= 2) {
        own += SHUFFLE_XOR(own, summed);
    }
#endif
    for (; summed < LANES; summed *= 2) {
        shared[lane] = own;
        barrier(CLK_LOCAL_MEM_FENCE);
        own += shared[lane ^ summed];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
#endif
    return own;
}

// The binary16 at an even address. CPUs without the type convert many at a time but not one.
inline float half_at(__global const uchar *at) {
#ifdef HALF
    return *(__global const half *)at;
#elif WIDTH == 16
    uint bits = *(__global const ushort *)at;
    uint magnitude = bits & 0x7fff;
    float value = magnitude < 0x400 ? magnitude * 0x1p-24f
            : magnitude < 0x7c00   ? as_float((magnitude << 13) + 0x38000000)
                                   : as_float(magnitude << 13 | 0x7f800000);
    return as_float(as_uint(value) | (bits & 0x8000) << 16);
#else
    return vload_half(0, (__global const half *)at);
#endif
}
