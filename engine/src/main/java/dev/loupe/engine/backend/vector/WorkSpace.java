package dev.loupe.engine.backend.vector;

/** Work space of one computing thread. */
final class WorkSpace {
    private static final ThreadLocal<WorkSpace> OF_THREAD = ThreadLocal.withInitial(WorkSpace::new);

    private final float[] panel = new float[Gemm.DEPTH * TileKernel.ROWS];
    private final Floats square = new Floats().room(Gemm.FEW * TileKernel.ROWS);
    private final Factors factors = new Factors();
    private final float[] factor = new float[2 * TileKernel.ROWS];
    private float[] input = {};
    private float[] head = {};
    private short[] sums = {};
    private short[] codes = {};
    private final Floats products = new Floats();
    private final float[] partialSums = new float[Elementwise.SUMS];
    private final int[] activations = new int[ByteBlock.BLOCK];

    private WorkSpace() {}

    static WorkSpace ofThread() {
        return OF_THREAD.get();
    }

    /** ({@link Gemm#DEPTH} columns, 32 rows). */
    float[] panel() {
        return panel;
    }

    /** ({@link Gemm#FEW} tokens, 32 rows). */
    Floats square() {
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

    /** At least {@code size} sums for the products of a tile. */
    short[] sums(int size) {
        if (sums.length < size) {
            sums = new short[size];
        }
        return sums;
    }

    /** At least {@code size} codes. */
    short[] codes(int size) {
        if (codes.length < size) {
            codes = new short[size];
        }
        return codes;
    }

    /** At least {@code size} products of a tile. */
    Floats products(int size) {
        return products.room(size);
    }

    /** ({@link Elementwise#SUMS}). */
    float[] partialSums() {
        return partialSums;
    }

    /** For the activations that share a scale. */
    int[] activations() {
        return activations;
    }

    /** Exactly {@code size} floats for a head of keys or values. */
    float[] head(int size) {
        if (head.length != size) {
            head = new float[size];
        }
        return head;
    }

    /** At least {@code size} floats for the vector of a product. */
    float[] input(int size) {
        if (input.length < size) {
            input = new float[size];
        }
        return input;
    }
}
