// Small floats (OCP OFP8 v1.0, MX v1.0) without subnormal arithmetic: (mantissa with its leading bit) 2^exponent.
inline float16 minifloat(uint16 code, int exponent_bits, int mantissa_bits) {
    uint16 exponent = code >> (uint)mantissa_bits & (uint)((1 << exponent_bits) - 1);
    uint16 mantissa = code & (uint)((1 << mantissa_bits) - 1);
    mantissa |= select((uint16)0, (uint16)(1 << mantissa_bits), exponent != 0u);
    int bias = (1 << (exponent_bits - 1)) - 1 + mantissa_bits;
    float16 power = as_float16(max(exponent, 1u) + (uint)(127 - bias) << 23u);
    uint16 sign = (code >> (uint)(exponent_bits + mantissa_bits) & 1u) << 31u;
    return as_float16(as_uint16(convert_float16(mantissa) * power) | sign);
}

// E4M3 has a NaN and no infinity.
inline float16 e4m3(uint16 code) {
    return select(minifloat(code, 4, 3), (float16)(NAN), (code & 127u) == 127u);
}

// E5M2 has both.
inline float16 e5m2(uint16 code) {
    float16 value = minifloat(code, 5, 2);
    uint16 magnitude = code & 127u;
    value = select(value, copysign((float16)(INFINITY), value), magnitude == 124u);
    return select(value, (float16)(NAN), magnitude > 124u);
}

// 2^(code - 127); NaN for 255.
inline float e8m0(uchar code) {
    return code == 255 ? NAN : as_float(code == 0 ? 0x400000u : (uint)code << 23);
}

// Codes 16 part ... 16 part + 15 of 32 codes of six bits: 16 bytes of low nibbles first, then 8 bytes of upper bits.
inline uint16 six_bits(__global const uchar *at, int part) {
    uint16 low = convert_uint16(vload16(0, at)) >> (uint)(4 * part) & 15u;
    uint8 upper = convert_uint8(vload8(0, at + 16)) >> (uint)(4 * part);
    return low | ((uint16)(upper, upper >> 2u) & 3u) << 4u;
}
