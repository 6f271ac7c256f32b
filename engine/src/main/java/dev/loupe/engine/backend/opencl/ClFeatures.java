package dev.loupe.engine.backend.opencl;

import java.util.Arrays;
import java.util.Set;

/**
 * What kernels use of a device beyond OpenCL C 1.2 (<a
 * href="https://registry.khronos.org/OpenCL/specs/3.0-unified/html/OpenCL_Ext.html">extensions</a>).
 *
 * <p>Invariant: no feature changes a bit of any result.
 *
 * @param shuffle how work-items of a sub-group exchange values
 * @param half whether the compiler has binary16 as a type
 * @param dot what the compiler has for the dot product of a word of unsigned bytes and one of signed bytes, as it is
 *     defined for it, " -D DOT=name"; empty where it has nothing
 */
record ClFeatures(Shuffle shuffle, boolean half, String dot) {
    /** None of them: the portable form. */
    static final ClFeatures NONE = new ClFeatures(Shuffle.NONE, false, "");

    private static final String DOTS = "__opencl_c_integer_dot_product_input_4x8bit_packed";

    /** Its kernels never end (6.0) where work-items of several sub-groups shuffle. */
    private static final String POCL = "Portable Computing Language";

    private static final String DOT = " -D DOT=dot_4x8packed_us_int";

    /** By whose extension sub-groups shuffle. */
    enum Shuffle {
        NONE(""),
        INTEL(" -D SHUFFLE_XOR=intel_sub_group_shuffle_xor"),
        KHRONOS(" -D SHUFFLE_XOR=sub_group_shuffle_xor");

        private final String options;

        Shuffle(String options) {
            this.options = options;
        }

        private static Shuffle of(Set<String> extensions, boolean isThree) {
            return isThree && extensions.contains("cl_khr_subgroup_shuffle")
                    ? KHRONOS
                    : extensions.contains("cl_intel_subgroups") ? INTEL : NONE;
        }
    }

    /**
     * Those of a device.
     *
     * @param platform of its driver
     * @param extensions their names, with spaces between
     * @param isThree whether its compiler has OpenCL C 3.0
     * @param macros which that version defines for what is optional there
     */
    static ClFeatures of(String platform, String extensions, boolean isThree, Set<String> macros) {
        Set<String> names = Set.copyOf(Arrays.asList(extensions.split(" +")));
        return new ClFeatures(
                platform.equals(POCL) ? Shuffle.NONE : Shuffle.of(names, isThree),
                names.contains("cl_khr_fp16"),
                isThree && macros.contains(DOTS) ? DOT : "");
    }

    /** For the compiler: the version of the language, and what to define. */
    String options() {
        return "-cl-std=CL%s%s%s%s"
                .formatted(
                        shuffle == Shuffle.KHRONOS || dot.equals(DOT) ? "3.0" : "1.2",
                        shuffle.options,
                        half ? " -D HALF" : "",
                        dot);
    }

    /** For people: ", sub-groups, fp16, integer dot products", or nothing. */
    String describe() {
        return (shuffle == Shuffle.NONE ? "" : ", sub-groups")
                + (half ? ", fp16" : "")
                + (dot.isEmpty() ? "" : ", integer dot products");
    }
}
