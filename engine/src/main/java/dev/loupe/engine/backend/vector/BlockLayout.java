package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How the blocks of a dtype become a tile: their own words, 32 rows side by side, so that packing is a transposition.
 *
 * <p>Tile: pieces of {@value #PIECE} columns, or one piece where a row is not much longer; of each the scales, a stream
 * of bytes for every row, cut into words; then for every block its code words. So kernels read a matrix from its first
 * byte to its last, which is what CPUs prefetch, and what they keep of a piece stays in the first-level cache.
 * Invariant: apart from what fills a stream's last word, a tile has the bytes of its blocks and no more.
 *
 * @param codesFrom first byte of a block that holds codes
 * @param codesTo the byte after the last; all others are scales, in their order
 * @param low the codes' low bits
 * @param high the bits above them
 */
record BlockLayout(
        DType dtype, int codesFrom, int codesTo, Plane low, Plane high, CodeValues values, BlockScales scales) {
    /** Columns of a piece, a multiple of every block. */
    static final int PIECE = 512;

    private static final int LONGEST_PIECE = 2 * PIECE - 1;
    private static final int WORDS = TileKernel.WORDS;

    /** Columns of the pieces of rows of so many; the last may have fewer. */
    static int piece(int columns) {
        return columns <= LONGEST_PIECE ? columns : PIECE;
    }

    /** What classes made for it are called. */
    String name() {
        return dtype.id();
    }

    /** Groups of columns in a block. */
    int groups() {
        return dtype.blockElements() / Plane.GROUP;
    }

    /** Whether codes are integers of four bits. */
    boolean nibbles() {
        return values instanceof CodeValues.Integers && low.bits() == 4 && high.bits() == 0;
    }

    /** Whether decoding and multiplying in one loop is more than the compiler can inline. */
    boolean throughPanel() {
        return high.bits() > 0 && values instanceof CodeValues.Minifloats && !Subnormals.QUICK;
    }

    /** Bytes of the scales of so many columns of a tile's piece. */
    long scalesSize(int columns) {
        int bytes = columns / dtype.blockElements() * (dtype.blockBytes() - (codesTo - codesFrom));
        return (bytes + 3) / 4L * WORDS;
    }

    /** Bytes of the codes of a tile's block. */
    long codesSize() {
        return (codesTo - codesFrom) / 4L * WORDS;
    }

    /** Bytes of a piece of so many columns. */
    long pieceBytes(int columns) {
        return scalesSize(columns) + columns / dtype.blockElements() * codesSize();
    }

    long tileBytes(int columns) {
        int piece = piece(columns);
        return columns / piece * pieceBytes(piece) + pieceBytes(columns % piece);
    }

    /** As {@link TileKernel#pack}. */
    void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        int blocks = columns / dtype.blockElements();
        int piece = piece(columns);
        for (int r = 0; r < rows; r++) {
            long at = offset + 4L * r;
            long row = (long) r * blocks * dtype.blockBytes();
            for (int from = 0; from < columns; from += piece) {
                int width = Math.min(piece, columns - from);
                long first = row + from / dtype.blockElements() * (long) dtype.blockBytes();
                packPiece(source, first, width / dtype.blockElements(), tile, at, at + scalesSize(width));
                at += pieceBytes(width);
            }
        }
    }

    private void packPiece(MemorySegment source, long block, int blocks, MemorySegment tile, long scales, long codes) {
        int scale = 0;
        for (int b = 0; b < blocks; b++) {
            this.scales.check(source, block);
            scale = packScales(source, block, block + codesFrom, tile, scales, scale);
            scale = packScales(source, block + codesTo, block + dtype.blockBytes(), tile, scales, scale);
            for (int i = codesFrom; i < codesTo; i += 4) {
                int word = source.get(ValueLayout.JAVA_INT_UNALIGNED, block + i);
                Words.check(values.finite(word));
                Words.set(tile, codes, word);
                codes += WORDS;
            }
            block += dtype.blockBytes();
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
