package dev.loupe.engine.backend.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Packs the parameters of one launch, in order; the driver copies them during the launch.
 *
 * <p>Invariant: fields are aligned to their own size, as C does it.
 */
final class Arguments {
    private static final int BYTES = 1024;
    private static final int MOST = 24;

    private final MemorySegment values;
    private final MemorySegment pointers;
    private int count;
    private int at;

    Arguments(Arena arena) {
        values = arena.allocate(BYTES, 16);
        pointers = arena.allocate(ValueLayout.JAVA_LONG, MOST);
    }

    /** Begins a launch without parameters. */
    Arguments reset() {
        count = 0;
        at = 0;
        return this;
    }

    /** Begins a parameter that is a structure; the fields follow. */
    Arguments structure() {
        at = at + 15 & -16;
        pointers.setAtIndex(ValueLayout.JAVA_LONG, count++, values.address() + at);
        return this;
    }

    /** A field of 64 bits: a device pointer or size. */
    Arguments field(long value) {
        at = at + 7 & -8;
        values.set(ValueLayout.JAVA_LONG, at, value);
        at += 8;
        return this;
    }

    /** A field of 32 bits. */
    Arguments field(int value) {
        values.set(ValueLayout.JAVA_INT, at, value);
        at += 4;
        return this;
    }

    /** A float field. */
    Arguments field(float value) {
        return field(Float.floatToRawIntBits(value));
    }

    /** A parameter of 64 bits. */
    Arguments add(long value) {
        return structure().field(value);
    }

    /** A parameter of 32 bits. */
    Arguments add(int value) {
        return structure().field(value);
    }

    /** A float parameter. */
    Arguments add(float value) {
        return structure().field(value);
    }

    /** The address of the array of pointers to the parameters. */
    long address() {
        return pointers.address();
    }
}
