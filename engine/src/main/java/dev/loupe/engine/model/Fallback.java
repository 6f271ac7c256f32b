package dev.loupe.engine.model;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;

/**
 * Matrices that got another dtype than they should have, because its block does not divide their rows.
 *
 * <p>The rule is that of llama.cpp ({@code tensor_type_fallback}): the next larger format with blocks of 32, and fp16
 * where even these do not fit, so that files and figures compare. For NF3 and NF4, which it has not, fp4.
 *
 * @param wanted what its plan asks for
 * @param given what it has
 * @param columns length of its rows
 */
public record Fallback(DType wanted, DType given, long columns) {
    /** The dtype itself if its block divides the rows, else the one that stands in. */
    static DType fitting(DType wanted, long columns) {
        if (columns % wanted.blockElements() == 0) {
            return wanted;
        }
        DType smaller = switch (wanted.id()) {
            case "q2_k", "q3_k" -> DTypes.SYM_INT4;
            case "q4_k" -> DTypes.SYM_INT5;
            case "q5_k" -> DTypes.ASYM_INT5;
            case "q6_k" -> DTypes.SYM_INT8;
            case "nf3", "nf4" -> DTypes.FP4;
            default -> DTypes.FP16;
        };
        return columns % smaller.blockElements() == 0 ? smaller : DTypes.FP16;
    }
}
