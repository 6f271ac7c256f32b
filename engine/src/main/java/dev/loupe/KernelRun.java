package dev.loupe;

/**
 * A kernel of one verb that was checked against the reference and timed: {@code matvec}, out = w x.
 *
 * @param device where it ran; "reference" for the scalar code
 * @param kernel dtype and verb, "sym_int4.matvec"
 * @param own whether its text came from the caller
 * @param rows of w
 * @param columns of w
 * @param bytes of w: what must be read
 * @param error largest difference from the reference, relative to the largest result
 * @param worstRow where that was
 * @param nanos of the quickest run
 */
public record KernelRun(
        String device,
        String kernel,
        boolean own,
        int rows,
        int columns,
        long bytes,
        double error,
        int worstRow,
        long nanos) {
    private static final double TOLERANCE = 1e-4;

    /** Whether it computes what the reference does, up to rounding. */
    public boolean correct() {
        return error <= TOLERANCE;
    }

    /** Bytes of weights read in a nanosecond. */
    public double gigabytesPerSecond() {
        return (double) bytes / nanos;
    }

    /** For example "opencl:0 sym_int4.matvec 4096 x 4096: right, 0.81 ms, 11.6 GB/s". */
    @Override
    public String toString() {
        String verdict =
                correct() ? "right" : "wrong: row %d is off by %.2g of the largest result".formatted(worstRow, error);
        return "%s %s%s %d x %d: %s, %.2f ms, %.2f GB/s"
                .formatted(
                        device,
                        kernel,
                        own ? " (yours)" : "",
                        rows,
                        columns,
                        verdict,
                        nanos / 1e6,
                        gigabytesPerSecond());
    }
}
