package dev.loupe.engine.backend.vector;

/** Work space of one computing thread. */
final class WorkSpace {
    private static final ThreadLocal<WorkSpace> OF_THREAD = ThreadLocal.withInitial(WorkSpace::new);

    private final float[] panel = new float[Gemm.DEPTH * TileKernel.ROWS];
    private final float[] square = new float[Gemm.FEW * TileKernel.ROWS];
    private final Factors factors = new Factors();
    private final float[] factor = new float[2 * TileKernel.ROWS];
    private float[] input = {};
    private int[] dots = {};

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

    /** The scales of the piece that is read now. */
    Factors factors() {
        return factors;
    }

    /** (64) for the factors of a block's scales and minimums. */
    float[] factor() {
        return factor;
    }

    /** At least {@code size} integers for the products of a tile. */
    int[] dots(int size) {
        if (dots.length < size) {
            dots = new int[size];
        }
        return dots;
    }

    /** At least {@code size} floats for the vector of a product. */
    float[] input(int size) {
        if (input.length < size) {
            input = new float[size];
        }
        return input;
    }
}
