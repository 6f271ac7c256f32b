package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Weight;

/**
 * A matrix in device memory.
 *
 * @param dtype what it was converted to
 * @param format how it is held
 * @param quants address of the first plane
 * @param scales of the second, 0 where there is none
 * @param supers of the third, 0 where there is none
 */
record CudaWeight(
        DType dtype,
        WeightFormat format,
        int rows,
        int columns,
        long quants,
        long scales,
        long supers,
        long bytes,
        DeviceMemory memory)
        implements Weight {
    @Override
    public boolean slow() {
        return format.inBlocks();
    }

    /** Packs where it lies, as a file's kernels take it: the planes, or the blocks and the bytes of a row. */
    void add(Arguments arguments) {
        if (format.inBlocks()) {
            arguments.add(quants).add(format.quantBytes(columns));
        } else {
            planes(arguments.structure());
        }
    }

    /** Packs the planes as a parameter's fields. */
    void planes(Arguments arguments) {
        arguments.field(quants).field(scales).field(supers);
    }

    /** The file whose kernels embed and unpack its rows. */
    String kernels() {
        return format.inBlocks() ? "blocks" : "weights";
    }

    @Override
    public void close() {
        memory.close();
    }
}
