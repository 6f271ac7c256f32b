package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.ops.TopSpec;

/**
 * Launches the search for the highest values of rows: chunks of a row are searched side by side.
 *
 * <p>Invariant: what is found depends on the row alone, not on the order in which blocks run.
 */
final class Finding {
    /** Values of a row that a block searches, and threads of a block, as the kernels have them. */
    private static final int CHUNK = 8192;

    private static final int BLOCK = 1024;

    private final CudaDevice device;
    private final DeviceMemory memory;
    private final Runnable moved;
    private long work;
    private long workBytes;

    Finding(CudaDevice device, DeviceMemory memory, Runnable moved) {
        this.device = device;
        this.memory = memory;
        this.moved = moved;
    }

    void launch(Verb.Top top) {
        TopSpec spec = top.spec();
        int rows = (int) top.x().shape().rows();
        int columns = (int) top.x().shape().columns();
        int chunks = (columns + CHUNK - 1) / CHUNK;
        long keyBytes = (long) Long.BYTES * rows * chunks * spec.count();
        reserve(keyBytes + 2L * Float.BYTES * rows * chunks);
        device.arguments()
                .add(top.x().data().address())
                .add(columns)
                .add(spec.count())
                .add(spec.temperature())
                .add(work)
                .add(work + keyBytes);
        device.launch(device.kernels().get("top", "top_of_chunks"), chunks, rows, 1, BLOCK, 0);
        device.arguments()
                .add(work)
                .add(work + keyBytes)
                .add(chunks)
                .add(spec.count())
                .add(spec.temperature())
                .add(top.out().data().address());
        device.launch(device.kernels().get("top", "top_of_rows"), rows, 1, 1, BLOCK, 0);
    }

    private void reserve(long bytes) {
        if (bytes > workBytes) {
            work = memory.bytes(bytes);
            workBytes = bytes;
            moved.run();
        }
    }
}
