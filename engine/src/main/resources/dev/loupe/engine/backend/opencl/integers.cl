// What matmul.cl takes of activations in signed bytes (quantize.cl): 32 columns at a time, with weights as the dtype's file
// in codes has them: codes32(row, block) are 32 unsigned codes of four bits, four in a word in their order, factors(row,
// block) their factor and what is added. Invariant: sums of codes are exact, so the device's dot products change no bit.
#define COLUMNS 32
#define X_BYTES(columns) (40L * ((columns) / 32))
typedef struct {
    uint8 codes;
    float2 factors;
} piece;
typedef float partial;

inline piece piece_of(__global const uchar *row, int block) {
    piece w = {codes32(row, block), factors(row, block)};
    return w;
}

inline int dot32(uint8 codes, uint8 x) {
#ifdef DOT
    return DOT(codes.s0, x.s0) + DOT(codes.s1, x.s1) + DOT(codes.s2, x.s2) + DOT(codes.s3, x.s3) +
            DOT(codes.s4, x.s4) + DOT(codes.s5, x.s5) + DOT(codes.s6, x.s6) + DOT(codes.s7, x.s7);
#else
    short16 a = convert_short16(as_uchar16(codes.lo)) * convert_short16(as_char16(x.lo)) +
            convert_short16(as_uchar16(codes.hi)) * convert_short16(as_char16(x.hi));
    short8 b = a.lo + a.hi;
    short4 c = b.lo + b.hi;
    short2 d = c.lo + c.hi; // at most 16 * 15 * 127
    return d.lo + d.hi;
#endif
}

inline partial add_product(piece w, __global const uchar *x, int block, int columns, partial sum) {
    __global const uint *words = (__global const uint *)x + 10 * block;
    float scale = w.factors.x * as_float(words[8]);
    return fma(scale, (float)dot32(w.codes, vload8(0, words)), fma(w.factors.y, as_float(words[9]), sum));
}

inline float whole(partial sum) {
    return sum;
}
