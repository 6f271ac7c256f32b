package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.stream.IntStream;

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
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

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

    /**
     * For every four of the bits that {@link Plane#consecutive} has side by side: each in its byte, above a low code.
     */
    int[] spread() {
        return IntStream.range(0, 16)
                .map(i -> (i * 0x00204081 & 0x01010101) << low.bits())
                .toArray();
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

    /**
     * As {@link TileKernel#pack}.
     *
     * <p>From array to array, for the compiler checks every access to native memory anew; and by methods that are
     * small, for this is the first thing that a cold process waits for.
     */
    void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        int rowBytes = columns / dtype.blockElements() * dtype.blockBytes();
        byte[] from = source.asSlice(0, (long) rows * rowBytes).toArray(ValueLayout.JAVA_BYTE);
        var to = new byte[Math.toIntExact(tileBytes(columns))];
        int piece = piece(columns);
        int at = 0;
        for (int first = 0; first < columns; first += piece) {
            int width = Math.min(piece, columns - first);
            packPiece(from, first / dtype.blockElements(), width, rows, rowBytes, to, at);
            at += (int) pieceBytes(width);
        }
        MemorySegment.copy(to, 0, tile, ValueLayout.JAVA_BYTE, offset, to.length);
    }

    /** Packs {@code width} columns, from block {@code first} of each row on. */
    private void packPiece(byte[] from, int first, int width, int rows, int rowBytes, byte[] to, int at) {
        int bytes = dtype.blockBytes();
        int codes = at + (int) scalesSize(width);
        int codesSize = (int) codesSize();
        int end = (first + width / dtype.blockElements()) * bytes;
        int scale = 0;
        for (int block = first * bytes; block < end; block += bytes) {
            checkScales(from, block, rows, rowBytes);
            scale = packScales(from, block, block + codesFrom, rows, rowBytes, to, at, scale);
            scale = packScales(from, block + codesTo, block + bytes, rows, rowBytes, to, at, scale);
            packCodes(from, block + codesFrom, block + codesTo, rows, rowBytes, to, codes);
            codes += codesSize;
        }
    }

    private void checkScales(byte[] from, int block, int rows, int rowBytes) {
        int at = block;
        for (int r = 0; r < rows; r++) {
            scales.check(from, at);
            at += rowBytes;
        }
    }

    /** Goes on with the rows' streams of scales, which have {@code count} bytes; returns how many they have then. */
    private static int packScales(
            byte[] from, int first, int end, int rows, int rowBytes, byte[] to, int at, int count) {
        int n = count;
        for (int i = first; i < end; i++) {
            int byteAt = at + n / 4 * WORDS + n % 4;
            int source = i;
            for (int r = 0; r < rows; r++) {
                to[byteAt] = from[source];
                byteAt += 4;
                source += rowBytes;
            }
            n++;
        }
        return n;
    }

    private void packCodes(byte[] from, int first, int end, int rows, int rowBytes, byte[] to, int at) {
        int word = at;
        for (int i = first; i < end; i += 4) {
            boolean finite = true;
            int source = i;
            for (int r = 0; r < rows; r++) {
                int codes = (int) INT.get(from, source);
                finite &= values.finite(codes);
                INT.set(to, word + 4 * r, values.word(codes));
                source += rowBytes;
            }
            Words.check(finite);
            word += WORDS;
        }
    }
}
