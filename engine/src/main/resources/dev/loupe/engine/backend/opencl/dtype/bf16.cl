// The upper halves of fp32.
inline float16 decode16(__global const uchar *row, int group) {
    return as_float16(convert_uint16(vload16(group, (__global const ushort *)row)) << 16);
}
