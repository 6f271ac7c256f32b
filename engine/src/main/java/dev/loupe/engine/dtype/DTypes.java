package dev.loupe.engine.dtype;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Nearest;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All dtypes there are, and how a name finds one.
 *
 * <p>Invariant: no two dtypes share an id or alias.
 */
public final class DTypes {
    public static final DType FP32 = new Fp32();
    public static final DType FP16 = new Fp16();
    public static final DType BF16 = new Bf16();
    public static final DType SYM_INT8 = new SymInt8();
    public static final DType FP8_E4M3 = new Fp8E4M3();
    public static final DType FP8_E5M2 = new Fp8E5M2();
    public static final DType MXFP8 = new MxFp8();
    public static final DType Q6_K = new Q6K();
    public static final DType FP6_E2M3 = new Fp6E2M3();
    public static final DType FP6_E3M2 = new Fp6E3M2();
    public static final DType MXFP6 = new MxFp6();
    public static final DType ASYM_INT5 = new AsymInt5();
    public static final DType SYM_INT5 = new SymInt5();
    public static final DType Q5_K = new Q5K();
    public static final DType ASYM_INT4 = new AsymInt4();
    public static final DType SYM_INT4 = new SymInt4();
    public static final DType Q4_K = new Q4K();
    public static final DType FP4 = new Fp4();
    public static final DType NF4 = new Nf4();
    public static final DType MXFP4 = new MxFp4();
    public static final DType Q3_K = new Q3K();
    public static final DType NF3 = new Nf3();
    public static final DType Q2_K = new Q2K();

    private static final List<DType> ALL = List.of(
            FP32, FP16, BF16, SYM_INT8, FP8_E4M3, FP8_E5M2, MXFP8, Q6_K, FP6_E2M3, FP6_E3M2, MXFP6, ASYM_INT5, SYM_INT5,
            Q5_K, ASYM_INT4, SYM_INT4, Q4_K, FP4, NF4, MXFP4, Q3_K, NF3, Q2_K);

    private DTypes() {}

    /** Every dtype, from most bits a weight to least. */
    public static List<DType> all() {
        return ALL;
    }

    /**
     * Finds a dtype by id or alias, whatever the case.
     *
     * @throws LoupeException if there is none, naming the nearest and the list
     */
    public static DType parse(String name) {
        String wanted = name.strip().toLowerCase(Locale.ROOT);
        return ALL.stream()
                .filter(dtype -> names(dtype).anyMatch(wanted::equals))
                .findFirst()
                .orElseThrow(() -> unknown(name.strip()));
    }

    private static LoupeException unknown(String name) {
        List<String> near = Nearest.of(name, ALL.stream().flatMap(DTypes::names).toList());
        String list = ALL.stream()
                .map(dtype -> dtype.aliases().isEmpty()
                        ? dtype.id()
                        : dtype.id() + " (" + String.join(", ", dtype.aliases()) + ")")
                .collect(Collectors.joining(", "));
        return new LoupeException("There is no dtype '%s'; use %s of %s."
                .formatted(
                        name.length() > 40 ? name.substring(0, 40) + "..." : name,
                        near.isEmpty() ? "one" : String.join(" or ", near) + ", or another",
                        list));
    }

    private static Stream<String> names(DType dtype) {
        return Stream.concat(Stream.of(dtype.id()), dtype.aliases().stream());
    }
}
