package dev.loupe.engine.model;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.format.ModelFiles;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a model fits in memory, told before it is loaded; if not, the dtype that would, nearest to what is free.
 *
 * @param dtype what it would run as, as {@link DtypePlan#toString} has it
 * @param needed bytes ({@link Footprint#needed})
 * @param free bytes there are
 * @param remedy a smaller dtype that fits; empty if it fits as it is or nothing does
 */
public record Fit(String dtype, long needed, long free, Optional<Alternative> remedy) {
    /** What is offered instead: good for its size, and with a kernel or near to one that has. */
    private static final List<DType> OFFERED = List.of(
            DTypes.FP16,
            DTypes.SYM_INT8,
            DTypes.Q6_K,
            DTypes.Q5_K,
            DTypes.Q4_K,
            DTypes.SYM_INT4,
            DTypes.Q3_K,
            DTypes.Q2_K);

    /** Another dtype and the bytes that it needs. */
    public record Alternative(DType dtype, long needed) {}

    /** Reckons without loading. */
    public static Fit of(ModelFiles files, DtypePlan plan, long free) {
        long needed = Footprint.of(files, plan).needed();
        Optional<Alternative> remedy = needed <= free
                ? Optional.empty()
                : OFFERED.stream()
                        .map(dtype -> new Alternative(
                                dtype, Footprint.of(files, new DtypePlan(dtype)).needed()))
                        .filter(alternative -> alternative.needed() <= free)
                        .max(Comparator.comparingLong(Alternative::needed));
        return new Fit(plan.toString(), needed, free, remedy);
    }

    /** Whether it does. */
    public boolean fits() {
        return needed <= free;
    }

    /** @throws LoupeException naming the dtype that would fit, if it does not */
    public void require() {
        if (!fits()) {
            String instead = remedy.map(other -> "choose dtype=%s, which needs %s"
                            .formatted(other.dtype().id(), size(other.needed())))
                    .orElse("close other programs or choose a smaller model");
            throw new LoupeException("As %s the model needs %s and %s are free; %s."
                    .formatted(dtype, size(needed), size(free), instead));
        }
    }

    /** For example "needs 5.1 GiB, 4.6 GiB free: q4_k would need 3.9 GiB". */
    @Override
    public String toString() {
        String instead = fits()
                ? ""
                : remedy.map(other ->
                                ": %s would need %s".formatted(other.dtype().id(), size(other.needed())))
                        .orElse(": too big as any dtype");
        return "needs %s, %s free%s".formatted(size(needed), size(free), instead);
    }

    private static String size(long bytes) {
        double mebibytes = bytes / (double) (1 << 20);
        return mebibytes < 1000
                ? String.format(Locale.ROOT, "%.0f MiB", mebibytes)
                : String.format(Locale.ROOT, "%.1f GiB", mebibytes / 1024);
    }
}
