package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.tensor.Conversion;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/** Brings a matrix from host memory to the device, converted on the way by all cores, some rows at a time. */
final class Loading {
    private static final long STAGED_BYTES = 8 << 20;

    private Loading() {}

    /** @param host any dtype, of the weight's shape */
    static void load(Tensor host, OpenClWeight weight, ClQueue queue, Cancellation cancellation) {
        long rowBytes = weight.rowBytes();
        int rows = weight.rows();
        boolean asItIs = host.dtype().equals(weight.dtype())
                && host.rowBytes() == rowBytes
                && host.data().isNative();
        int step = (int) Math.max(1, Math.min(rows, STAGED_BYTES / rowBytes));
        try (Arena arena = Arena.ofShared()) {
            MemorySegment staged = asItIs ? MemorySegment.NULL : arena.allocate(step * rowBytes, 64);
            for (int from = 0; from < rows; from += step) {
                cancellation.check("the model runs on as before.");
                int to = Math.min(rows, from + step);
                MemorySegment piece;
                if (asItIs) {
                    piece = host.data().asSlice(from * rowBytes, (to - from) * rowBytes);
                } else {
                    convert(host, from, to, weight, staged);
                    piece = staged.asSlice(0, (to - from) * rowBytes);
                }
                queue.write(piece, weight.buffer(), from * rowBytes);
            }
        }
    }

    private static void convert(Tensor host, int from, int to, OpenClWeight weight, MemorySegment staged) {
        int parts = Math.min(to - from, Runtime.getRuntime().availableProcessors());
        IntStream.range(0, parts).parallel().forEach(part -> {
            int first = from + (int) ((long) (to - from) * part / parts);
            int last = from + (int) ((long) (to - from) * (part + 1) / parts);
            var row = new float[weight.columns()];
            for (int r = first; r < last; r++) {
                MemorySegment target = staged.asSlice((r - from) * weight.rowBytes(), weight.rowBytes());
                Conversion.rows(host, r, r + 1, weight.dtype(), target, row);
            }
        });
    }
}
