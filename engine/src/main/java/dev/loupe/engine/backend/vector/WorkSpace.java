package dev.loupe.engine.backend.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Work space of one computing thread. */
final class WorkSpace {
    private static final ThreadLocal<WorkSpace> OF_THREAD = ThreadLocal.withInitial(WorkSpace::new);

    private final MemorySegment panel = Arena.ofAuto().allocate((long) Gemm.DEPTH * TileKernel.WORDS, 64);
    private final MemorySegment tile = Arena.ofAuto().allocate((long) Gemm.TOKENS * TileKernel.WORDS, 64);
    private float[] values = {};

    private WorkSpace() {}

    static WorkSpace ofThread() {
        return OF_THREAD.get();
    }

    /** fp32 ({@link Gemm#DEPTH} columns, 32 rows). */
    MemorySegment panel() {
        return panel;
    }

    /** fp32 ({@link Gemm#TOKENS} tokens, 32 rows). */
    MemorySegment tile() {
        return tile;
    }

    /** At least {@code size} floats, contents undefined. */
    float[] values(int size) {
        if (values.length < size) {
            values = new float[size];
        }
        return values;
    }
}
