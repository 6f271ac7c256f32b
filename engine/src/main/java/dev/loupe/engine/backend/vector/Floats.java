package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;

/** Floats in the heap, as an array for Java and as memory for machine code; room that grows. */
final class Floats {
    private float[] array = {};
    private MemorySegment memory = MemorySegment.ofArray(array);

    /** With at least so many; returns this. */
    Floats room(int size) {
        if (array.length < size) {
            array = new float[size];
            memory = MemorySegment.ofArray(array);
        }
        return this;
    }

    float[] array() {
        return array;
    }

    MemorySegment memory() {
        return memory;
    }
}
