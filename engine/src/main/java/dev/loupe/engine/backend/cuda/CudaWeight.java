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
        return format == WeightFormat.FP32 && !dtype.id().equals("fp32");
    }

    /** Packs the planes as a parameter's fields. */
    void planes(Arguments arguments) {
        arguments.field(quants).field(scales).field(supers);
    }

    @Override
    public void close() {
        memory.close();
    }
}
