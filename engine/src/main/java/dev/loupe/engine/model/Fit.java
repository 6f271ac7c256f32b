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
 * @param layers of the model
 * @param remedy a smaller dtype that fits; empty if it fits as it is or nothing does
 */
public record Fit(String dtype, long needed, long free, int layers, Optional<Alternative> remedy) {
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
        return new Fit(plan.toString(), needed, free, files.config().numHiddenLayers(), remedy);
    }

    /** Whether it does. */
    public boolean fits() {
        return needed <= free;
    }

    /**
     * @param device that it is to compute on
     * @throws LoupeException naming what would fit, if it does not: another dtype, or on a device fewer layers
     */
    public void require(String device) {
        if (fits()) {
            return;
        }
        String instead = remedy.map(other -> "choose dtype=%s, which needs %s"
                        .formatted(other.dtype().id(), size(other.needed())))
                .orElse("close other programs or choose a smaller model");
        if (device.equals("cpu")) {
            throw new LoupeException("As %s the model needs %s and %s are free; %s."
                    .formatted(dtype, size(needed), size(free), instead));
        }
        String name = device.split(" ")[0];
        long some = layers * Math.max(0, free) / needed;
        String split = some > 0
                ? "leave layers to the cpu with %%device %s layers=%d".formatted(name, some)
                : "stay with %device cpu";
        throw new LoupeException("As %s the model needs %s and %s of %s are free; %s, or %s."
                .formatted(dtype, size(needed), size(free), device, instead, split));
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
