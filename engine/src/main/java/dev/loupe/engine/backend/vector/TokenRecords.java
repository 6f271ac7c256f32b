package dev.loupe.engine.backend.vector;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * Activations in signed bytes for {@link VnniKernel}: a record for {@value #BLOCK} columns of a token, one after the
 * other, of their scale and sums and then the bytes. Native memory, for machine code reads it.
 */
final class TokenRecords implements IntegerTokens {
    /** Columns of a record. */
    static final int BLOCK = ByteBlock.BLOCK;

    /** Where a record has its scale, a float. */
    static final int SCALE = 0;

    /** Where it has the sum of the x that the bytes stand for, a float. */
    static final int SUM = 4;

    /** Where it has -8 times the sum of the bytes, an integer. */
    static final int START = 8;

    /** Where it has that of the first half of the bytes, and after it that of the second. */
    static final int START_OF_HALF = 12;

    /** Where it has the bytes. */
    static final int CODES = 20;

    /** Bytes of a record. */
    static final int RECORD = CODES + BLOCK;

    private static final int LINE = 64;

    private int columns;
    private Arena arena;
    private MemorySegment records = MemorySegment.NULL;

    /** Bytes from a token to the next. */
    long stride() {
        return columns / BLOCK * (long) RECORD;
    }

    /**
     * The address of the first token's record of column {@code first}.
     *
     * @throws IndexOutOfBoundsException unless {@code tokens} have {@code width} columns from there
     */
    long at(int first, int width, int tokens) {
        long at = first / BLOCK * (long) RECORD;
        Objects.checkFromIndexSize(at, (tokens - 1) * stride() + width / BLOCK * (long) RECORD, records.byteSize());
        return records.address() + at;
    }

    @Override
    public int sideBySide() {
        return 1;
    }

    @Override
    public long reserve(int tokens, int columns) {
        this.columns = columns;
        long size = tokens * stride();
        if (records.byteSize() >= size) {
            return 0;
        }
        long had = free();
        arena = Arena.ofShared();
        records = arena.allocate(size, LINE);
        return size - had;
    }

    @Override
    public long free() {
        long had = records.byteSize();
        if (arena != null) {
            arena.close();
            arena = null;
            records = MemorySegment.NULL;
        }
        return had;
    }

    @Override
    public void set(int token, MemorySegment x, long offset, int[] codes) {
        long at = token * stride();
        Objects.checkIndex(0, columns / BLOCK); // the code does not ask whether there is a first block
        Objects.checkFromIndexSize(offset, 4L * columns, x.byteSize());
        Objects.checkFromIndexSize(at, stride(), records.byteSize());
        try {
            Function.ROUND.invokeExact(
                    Function.CODE, x.address() + offset, records.address() + at, (long) columns / BLOCK);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Apart, for making it takes a fresh process some milliseconds. */
    private static final class Function {
        static final MethodHandle ROUND =
                MachineCode.function(FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        static final MemorySegment CODE = MachineCode.load(TokenCode.make());
    }
}
