// The twelve bytes in which q4_k and q5_k keep scales and minimums, six bits each, of eight sub-blocks.
inline float sub_scale(__global const uchar *at, int s) {
    return s < 4 ? at[s] & 63 : (at[4 + s] & 15) | at[s - 4] >> 6 << 4;
}

inline float sub_minimum(__global const uchar *at, int s) {
    return s < 4 ? at[4 + s] & 63 : at[4 + s] >> 4 | at[s] >> 6 << 4;
}
