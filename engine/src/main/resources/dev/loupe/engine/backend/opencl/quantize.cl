// Division to the nearest float on every device, where it may be off by a few units in the last place.
inline float quotient(float a, float b) {
    float near = a / b;
    return fma(fma(-near, b, a), 1 / b, near);
}

// The scale of 32 values as signed bytes.
inline float scale_of(float16 low, float16 high) {
    float16 a = fmax(fabs(low), fabs(high));
    float8 b = fmax(a.lo, a.hi);
    float4 c = fmax(b.lo, b.hi);
    return fmax(quotient(fmax(fmax(c.s0, c.s1), fmax(c.s2, c.s3)), 127), 1e-30f);
}

// x as blocks of 32 signed bytes, each followed by its scale and the sum of what the bytes stand for: ten words a block.
__kernel void quantize(TENSOR(x), TENSOR(out), int blocks) {
    int block = get_global_id(0);
    if (block < blocks) {
        float16 low = vload16(2 * (long)block, FLOATS(x));
        float16 high = vload16(2 * (long)block + 1, FLOATS(x));
        float scale = scale_of(low, high);
        float inverse = quotient(1, scale);
        float16 codes[2] = {rint(low * inverse), rint(high * inverse)};
        __global uint *words = (__global uint *)(out_memory + out_at) + 10 * (long)block;
        vstore4(as_uint4(convert_char16(codes[0])), 0, words);
        vstore4(as_uint4(convert_char16(codes[1])), 1, words);
        words[8] = as_uint(scale);
        words[9] = as_uint(scale * sum16(codes[0] + codes[1]));
    }
}

// x as what those bytes stand for.
__kernel void rounded(TENSOR(x), TENSOR(out), int blocks) {
    int block = get_global_id(0);
    if (block < blocks) {
        float16 low = vload16(2 * (long)block, FLOATS(x));
        float16 high = vload16(2 * (long)block + 1, FLOATS(x));
        float scale = scale_of(low, high);
        float inverse = quotient(1, scale);
        vstore16(rint(low * inverse) * scale, 2 * (long)block, FLOATS(out));
        vstore16(rint(high * inverse) * scale, 2 * (long)block + 1, FLOATS(out));
    }
}
