// What all kernels share: number formats without CUDA's headers, sums over a warp or block, and the two ends of
// programmatic dependent launch. Every file of this folder is compiled as common.cuh + itself.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;

#define WARP 32
#define FULL 0xffffffffu

__device__ __forceinline__ float half_to_float(u16 h) {
    float f;
    asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h));
    return f;
}

__device__ __forceinline__ u16 float_to_half(float f) {
    u16 h;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(f));
    return h;
}

__device__ __forceinline__ float bf16_to_float(u16 b) { return __uint_as_float((u32)b << 16); }

// E5M2 is the upper half of a binary16. The fields of an E4M3, put in a binary16's places, make a 256th of it.
__device__ __forceinline__ float e5m2_to_float(u32 c) { return half_to_float(c << 8); }

// The code without a number is carried over into the binary16's.
__device__ __forceinline__ float e4m3_to_float(u32 c) {
    u32 magnitude = (c & 0x7f) << 7;
    return 256 * half_to_float(magnitude + (magnitude + 0x80 & 0x4000) | (c & 0x80) << 8);
}

// The nearest integer, ties away from zero, as quantisers round.
__device__ __forceinline__ int nearest_away(float x) { return (int)__fadd_rn(x, copysignf(0.49999997f, x)); }

// A pair (a, b) turned by an angle; rounded alike in every kernel, which a free choice of fused products would not be.
__device__ __forceinline__ float turned_first(float a, float b, float cos, float sin) {
    return __fsub_rn(__fmul_rn(a, cos), __fmul_rn(b, sin));
}

__device__ __forceinline__ float turned_second(float a, float b, float cos, float sin) {
    return __fadd_rn(__fmul_rn(b, cos), __fmul_rn(a, sin));
}

__device__ __forceinline__ float warp_sum(float v) {
    for (int o = 16; o > 0; o >>= 1) v += __shfl_xor_sync(FULL, v, o);
    return v;
}

__device__ __forceinline__ float warp_max(float v) {
    for (int o = 16; o > 0; o >>= 1) v = fmaxf(v, __shfl_xor_sync(FULL, v, o));
    return v;
}

// The sum over the block, the same in every thread and in the same order whatever the block does besides.
__device__ __forceinline__ float block_sum(float v, float* shared) {
    v = warp_sum(v);
    if (threadIdx.x % WARP == 0) shared[threadIdx.x / WARP] = v;
    __syncthreads();
    float sum = 0;
    for (int w = 0; w < (int)(blockDim.x + WARP - 1) / WARP; w++) sum += shared[w];
    __syncthreads();
    return sum;
}

// Waits until all that earlier kernels of the stream wrote can be read. Only constant memory is read before it.
__device__ __forceinline__ void wait_for_earlier() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

// Lets the next kernel's blocks start, to load their weights and wait.
__device__ __forceinline__ void let_next_start() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;");
#endif
}

// Copies from device to shared memory that go on while a thread works; it waits until so many groups are under way. The
// second-level cache fetches 256 bytes at a time: what lies beside is asked for next.
#if __CUDA_ARCH__ >= 800
#define COPY16(to, from) \
    asm volatile("cp.async.cg.shared.global.L2::256B [%0], [%1], 16;" ::"r"((u32)__cvta_generic_to_shared(to)), "l"(from))
#define COPY4(to, from) \
    asm volatile("cp.async.ca.shared.global.L2::256B [%0], [%1], 4;" ::"r"((u32)__cvta_generic_to_shared(to)), "l"(from))
#define COMMIT() asm volatile("cp.async.commit_group;")
#define WAIT_UNTIL(groups) asm volatile("cp.async.wait_group %0;" ::"n"(groups) : "memory")
#else
#define COPY16(to, from) *(uint4*)(to) = *(const uint4*)(from)
#define COPY4(to, from) *(u32*)(to) = *(const u32*)(from)
#define COMMIT()
#define WAIT_UNTIL(groups)
#endif
