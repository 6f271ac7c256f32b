package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How the blocks of a dtype become a tile: their own words, 32 rows side by side, so that packing is a transposition.
 *
 * <p>Tile: the scales of all blocks, a stream of bytes for every row, cut into words; then for every block its code
 * words. Invariant: apart from what fills the stream's last word, a tile has the bytes of its blocks and no more.
 *
 * @param codesFrom first byte of a block that holds codes
 * @param codesTo the byte after the last; all others are scales, in their order
 * @param low the codes' low bits
 * @param high the bits above them
 */
record BlockLayout(
        DType dtype, int codesFrom, int codesTo, Plane low, Plane high, CodeValues values, BlockScales scales) {
    private static final int WORDS = TileKernel.WORDS;

    /** Groups of columns in a block. */
    int groups() {
        return dtype.blockElements() / Plane.GROUP;
    }

    /** Whether decoding and multiplying in one loop is more than the compiler can inline. */
    boolean throughPanel() {
        return high.bits() > 0 && values instanceof CodeValues.Minifloats;
    }

    /** Bytes of a tile's scales. */
    long scalesSize(int columns) {
        int bytes = columns / dtype.blockElements() * (dtype.blockBytes() - (codesTo - codesFrom));
        return (bytes + 3) / 4L * WORDS;
    }

    /** Bytes of the codes of a tile's block. */
    long codesSize() {
        return (codesTo - codesFrom) / 4L * WORDS;
    }

    long tileBytes(int columns) {
        return scalesSize(columns) + columns / dtype.blockElements() * codesSize();
    }

    /** As {@link TileKernel#pack}. */
    void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        int blocks = columns / dtype.blockElements();
        for (int r = 0; r < rows; r++) {
            long code = offset + scalesSize(columns) + 4L * r;
            int scale = 0;
            for (int b = 0; b < blocks; b++) {
                long block = ((long) r * blocks + b) * dtype.blockBytes();
                scales.check(source, block);
                scale = packScales(source, block, block + codesFrom, tile, offset + 4L * r, scale);
                scale = packScales(source, block + codesTo, block + dtype.blockBytes(), tile, offset + 4L * r, scale);
                for (int i = codesFrom; i < codesTo; i += 4) {
                    int word = source.get(ValueLayout.JAVA_INT_UNALIGNED, block + i);
                    Words.check(values.finite(word));
                    Words.set(tile, code, word);
                    code += WORDS;
                }
            }
        }
    }

    /** Goes on with a row's stream of scales, which has {@code count} bytes; returns how many it has then. */
    private static int packScales(MemorySegment source, long from, long to, MemorySegment tile, long row, int count) {
        int n = count;
        for (long i = from; i < to; i++) {
            tile.set(ValueLayout.JAVA_BYTE, row + n / 4 * (long) WORDS + n % 4, source.get(ValueLayout.JAVA_BYTE, i));
            n++;
        }
        return n;
    }
}
