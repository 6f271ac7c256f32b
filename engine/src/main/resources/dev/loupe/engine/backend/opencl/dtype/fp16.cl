inline float16 decode16(__global const uchar *row, int group) {
    return vload_half16(group, (__global const half *)row);
}
