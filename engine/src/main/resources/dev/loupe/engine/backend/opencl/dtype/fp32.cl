inline float16 decode16(__global const uchar *row, int group) {
    return vload16(group, (__global const float *)row);
}
