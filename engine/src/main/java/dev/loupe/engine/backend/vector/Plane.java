package dev.loupe.engine.backend.vector;

/**
 * Where some bits of every code lie in the 32-bit words of a block: the low ones, or those that a format keeps apart.
 *
 * @param bits of each code
 * @param step bits from a column to the next within a group of four, which lies in one word: 8, or 1
 * @param run columns side by side; the next run lies in the same bytes, {@code bits} higher, until a byte is full
 * @param first word of the block's code words
 */
record Plane(int bits, int step, int run, int first) {
    /** Columns of a group. */
    static final int GROUP = 4;

    /** One column a byte. */
    static Plane runs(int bits, int run, int first) {
        return new Plane(bits, 8, run, first);
    }

    /** One bit a column, in their order. */
    static Plane consecutive(int first) {
        return new Plane(1, 1, GROUP, first);
    }

    /** No bits. */
    static Plane none() {
        return new Plane(0, 8, GROUP, 0);
    }

    /** A code's bits in each of four bytes. */
    int mask() {
        return ((1 << bits) - 1) * 0x01010101;
    }
}
