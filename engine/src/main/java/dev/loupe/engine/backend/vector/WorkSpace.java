package dev.loupe.engine.backend.vector;

/** Work space of one computing thread. */
final class WorkSpace {
    private static final ThreadLocal<WorkSpace> OF_THREAD = ThreadLocal.withInitial(WorkSpace::new);

    private final float[] panel = new float[Gemm.DEPTH * TileKernel.ROWS];
    private final float[] square = new float[Gemm.FEW * TileKernel.ROWS];
    private float[] values = {};
    private float[] factors = {};
    private float[] summands = {};
    private float[] minimums = {};
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

    /** At least {@code size} floats, contents undefined. */
    float[] values(int size) {
        if (values.length < size) {
            values = new float[size];
        }
        return values;
    }

    /** At least {@code size} integers for the products of a tile. */
    int[] dots(int size) {
        if (dots.length < size) {
            dots = new int[size];
        }
        return dots;
    }

    /** At least {@code size} floats for the scales of a tile. */
    float[] factors(int size) {
        if (factors.length < size) {
            factors = new float[size];
        }
        return factors;
    }

    /** At least {@code size} floats for the minimums of a tile. */
    float[] summands(int size) {
        if (summands.length < size) {
            summands = new float[size];
        }
        return summands;
    }

    /** At least {@code size} floats for the minimums of a tile. */
    float[] minimums(int size) {
        if (minimums.length < size) {
            minimums = new float[size];
        }
        return minimums;
    }

    /** At least {@code size} floats for the vector of a product. */
    float[] input(int size) {
        if (input.length < size) {
            input = new float[size];
        }
        return input;
    }
}
