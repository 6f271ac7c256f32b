package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.util.function.IntFunction;

/** Machine code for 1, 2, 3... of something, each made when it is first asked for. */
final class CodeByCount {
    private final MemorySegment[] code;
    private final IntFunction<byte[]> maker;

    /** @param maker of the code for a count, 1 to {@code most} */
    CodeByCount(int most, IntFunction<byte[]> maker) {
        code = new MemorySegment[most];
        this.maker = maker;
    }

    MemorySegment of(int count) {
        MemorySegment made = code[count - 1];
        return made == null ? make(count) : made;
    }

    private synchronized MemorySegment make(int count) {
        if (code[count - 1] == null) {
            code[count - 1] = MachineCode.load(maker.apply(count));
        }
        return code[count - 1];
    }
}
