package dev.loupe.engine.eval;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.stream.LongStream;

/**
 * What a dtype does to a matrix of weights.
 *
 * @param tensor its name
 * @param dtype dtype id
 * @param rms root of the mean squared error
 * @param max largest error
 * @param relative rms error over the root of the mean squared weight
 */
public record WeightError(String tensor, String dtype, double rms, double max, double relative) {
    private record Sums(double squares, double errors, double max) {
        Sums plus(Sums other) {
            return new Sums(squares + other.squares, errors + other.errors, Math.max(max, other.max));
        }
    }

    /** Encodes every row of a stored matrix and compares; what is stored as this dtype already has no error. */
    public static WeightError of(String name, Tensor stored, DType dtype) {
        long rows = stored.shape().rows();
        Sums sums = LongStream.range(0, rows)
                .parallel()
                .mapToObj(row -> row(stored, row, dtype))
                .reduce(new Sums(0, 0, 0), Sums::plus);
        double n = stored.shape().elements();
        return new WeightError(
                name,
                dtype.id(),
                Math.sqrt(sums.errors() / n),
                sums.max(),
                sums.squares() == 0 ? 0 : Math.sqrt(sums.errors() / sums.squares()));
    }

    private static Sums row(Tensor stored, long row, DType dtype) {
        int columns = Math.toIntExact(stored.shape().columns());
        var exact = new float[columns];
        stored.dtype().decode(stored.data(), row * stored.rowBytes(), exact, 0, columns);
        var again = new float[columns];
        if (dtype.equals(stored.dtype())) {
            System.arraycopy(exact, 0, again, 0, columns);
        } else {
            MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(dtype.bytes(columns))]);
            dtype.encode(exact, 0, bytes, 0, columns);
            dtype.decode(bytes, 0, again, 0, columns);
        }
        double squares = 0;
        double errors = 0;
        double max = 0;
        for (int i = 0; i < columns; i++) {
            double error = (double) again[i] - exact[i];
            squares += (double) exact[i] * exact[i];
            errors += error * error;
            max = Math.max(max, Math.abs(error));
        }
        return new Sums(squares, errors, max);
    }
}
