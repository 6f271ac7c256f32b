package dev.loupe.engine.ops;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.AsymInt4;
import dev.loupe.engine.dtype.AsymInt5;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Q3K;
import dev.loupe.engine.dtype.Q4K;
import dev.loupe.engine.dtype.Q5K;
import dev.loupe.engine.dtype.Q6K;
import dev.loupe.engine.dtype.SymInt4;
import dev.loupe.engine.dtype.SymInt5;
import dev.loupe.engine.dtype.SymInt8;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** How activations enter products with weights; what a choice does not serve stays float32. */
public enum Activations {
    /** As they are. */
    FP32,
    /**
     * As signed bytes with a scale for 32 of them, as llama.cpp takes them: sums of integers, faster and less exact.
     */
    INT8,
    /**
     * Rounded as llama.cpp rounds them, to bytes with a scale for each block of the weights (its q8_0, and q8_K for
     * super-blocks), but in products of floats: to compare perplexities with it, for every dtype with blocks; no
     * faster.
     */
    Q8;

    private static final Set<Class<? extends DType>> INTEGERS = Set.of(
            SymInt4.class,
            AsymInt4.class,
            SymInt5.class,
            AsymInt5.class,
            SymInt8.class,
            Q3K.class,
            Q4K.class,
            Q5K.class,
            Q6K.class);

    /** Whether products with weights of a dtype take activations so, where a backend can. */
    public boolean serves(DType dtype) {
        return switch (this) {
            case FP32 -> true;
            case INT8 -> INTEGERS.stream().anyMatch(served -> served.isInstance(dtype));
            case Q8 -> dtype.blockElements() > 1;
        };
    }

    /** What it serves, in words. */
    public String served() {
        return switch (this) {
            case FP32 -> "all dtypes";
            case INT8 -> "sym_int4, asym_int4, sym_int5, asym_int5, sym_int8, q3_k, q4_k, q5_k and q6_k";
            case Q8 -> "dtypes with blocks";
        };
    }

    /** Where it can be computed, in words. */
    public String devices() {
        return switch (this) {
            case FP32 -> "auto";
            case INT8 -> "cpu or opencl";
            case Q8 -> "cpu";
        };
    }

    /** "fp32", "int8" or "q8". */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * That of a name.
     *
     * @throws LoupeException naming those there are
     */
    public static Activations parse(String name) {
        return Arrays.stream(values())
                .filter(each -> each.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new LoupeException("activations cannot be '%s'; write %s."
                        .formatted(
                                name,
                                Arrays.stream(values())
                                        .map(Activations::toString)
                                        .collect(Collectors.joining(" or ")))));
    }
}
