package dev.loupe.engine.format;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import java.util.Arrays;
import java.util.Optional;

/**
 * The tensor types of GGUF by their number (ggml.h, {@code enum ggml_type}) and the dtype that has the same bytes.
 *
 * <p>Invariant: a type without a dtype is known by name only, so that an error can say what the file holds.
 */
enum GgmlType {
    F32(0, "fp32"),
    F16(1, "fp16"),
    Q4_0(2, "sym_int4"),
    Q4_1(3, "asym_int4"),
    Q5_0(6, "sym_int5"),
    Q5_1(7, "asym_int5"),
    Q8_0(8, "sym_int8"),
    Q8_1(9, null),
    Q2_K(10, "q2_k"),
    Q3_K(11, "q3_k"),
    Q4_K(12, "q4_k"),
    Q5_K(13, "q5_k"),
    Q6_K(14, "q6_k"),
    Q8_K(15, null),
    IQ2_XXS(16, null),
    IQ2_XS(17, null),
    IQ3_XXS(18, null),
    IQ1_S(19, null),
    IQ4_NL(20, null),
    IQ3_S(21, null),
    IQ2_S(22, null),
    IQ4_XS(23, null),
    I8(24, null),
    I16(25, null),
    I32(26, null),
    I64(27, null),
    F64(28, null),
    IQ1_M(29, null),
    BF16(30, "bf16"),
    TQ1_0(34, null),
    TQ2_0(35, null),
    MXFP4(39, "mxfp4");

    private final int number;
    private final String dtype;

    GgmlType(int number, String dtype) {
        this.number = number;
        this.dtype = dtype;
    }

    /** The type with this number, if GGUF has it. */
    static Optional<GgmlType> of(int number) {
        for (GgmlType type : values()) {
            if (type.number == number) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** The type with the same bytes as a dtype, if GGUF has one. */
    static Optional<GgmlType> of(DType dtype) {
        return Arrays.stream(values())
                .filter(type -> dtype.id().equals(type.dtype))
                .findFirst();
    }

    /** Its number in a file. */
    int number() {
        return number;
    }

    /** The dtype of the same bytes, if the engine has it. */
    Optional<DType> dtype() {
        return DTypes.all().stream().filter(d -> d.id().equals(dtype)).findFirst();
    }

    /** Names of all types that can be read. */
    static String readable() {
        var names = new StringBuilder();
        for (GgmlType type : values()) {
            if (type.dtype().isPresent()) {
                names.append(names.isEmpty() ? "" : ", ").append(type);
            }
        }
        return names.toString();
    }
}
