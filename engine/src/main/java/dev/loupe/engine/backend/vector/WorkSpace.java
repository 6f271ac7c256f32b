package dev.loupe.engine.backend.vector;

/** Work space of one computing thread. */
final class WorkSpace {
    private static final ThreadLocal<WorkSpace> OF_THREAD = ThreadLocal.withInitial(WorkSpace::new);

    private final float[] panel = new float[Gemm.DEPTH * TileKernel.ROWS];
    private final float[] square = new float[Gemm.FEW * TileKernel.ROWS];
    private float[] values = {};
    private float[] scales = {};
    private float[] input = {};

    private WorkSpace() {}

    static WorkSpace ofThread() {
        return OF_THREAD.get();
    }

    /** ({@link Gemm#DEPTH} columns, 32 rows). */
    float[] panel() {
        return panel;
    }

    /** ({@link Gemm#FEW} tokens, 32 rows). */
    float[] square() {
        return square;
    }

    /** At least {@code size} floats, contents undefined. */
    float[] values(int size) {
        if (values.length < size) {
            values = new float[size];
        }
        return values;
    }

    /** At least {@code size} floats for the scales of a tile. */
    float[] scales(int size) {
        if (scales.length < size) {
            scales = new float[size];
        }
        return scales;
    }

    /** At least {@code size} floats for the vector of a product. */
    float[] input(int size) {
        if (input.length < size) {
            input = new float[size];
        }
        return input;
    }
}
