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
inline float16 e4m3(uchar16 code) {
    return select(minifloat(convert_uint16(code), 4, 3), (float16)(NAN), convert_int16(code & (uchar)127) == 127);
}

// E5M2 has both.
inline float16 e5m2(uchar16 code) {
    float16 value = minifloat(convert_uint16(code), 5, 2);
    int16 magnitude = convert_int16(code & (uchar)127);
    value = select(value, copysign((float16)(INFINITY), value), magnitude == 124);
    return select(value, (float16)(NAN), magnitude > 124);
}

// 2^(code - 127); NaN for 255.
inline float e8m0(uchar code) {
    return code == 255 ? NAN : as_float(code == 0 ? 0x400000u : (uint)code << 23);
}

// Codes 16 part ... 16 part + 15 of 32 codes of six bits: 16 bytes of low nibbles first, then 8 bytes of upper bits.
inline uchar16 six_bits(__global const uchar *at, int part) {
    uchar16 low = vload16(0, at) >> (uchar)(4 * part) & (uchar)15;
    uchar8 upper = vload8(0, at + 16);
    uchar16 high = (uchar16)(upper >> (uchar)(4 * part) & (uchar)3, upper >> (uchar)(4 * part + 2) & (uchar)3);
    return low | high << (uchar)4;
}
