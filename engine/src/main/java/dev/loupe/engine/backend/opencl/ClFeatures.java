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
 */
record ClFeatures(Shuffle shuffle, boolean half) {
    /** None of them: the portable form. */
    static final ClFeatures NONE = new ClFeatures(Shuffle.NONE, false);

    /** By whose extension sub-groups shuffle. */
    enum Shuffle {
        NONE("-cl-std=CL1.2"),
        INTEL("-cl-std=CL1.2 -D SHUFFLE_XOR=intel_sub_group_shuffle_xor"),
        KHRONOS("-cl-std=CL3.0 -D SHUFFLE_XOR=sub_group_shuffle_xor");

        private final String options;

        Shuffle(String options) {
            this.options = options;
        }
    }

    /**
     * Those of a device.
     *
     * @param extensions their names, with spaces between
     * @param version of its compiler ("OpenCL C 3.0 ...")
     */
    static ClFeatures of(String extensions, String version) {
        Set<String> names = Set.copyOf(Arrays.asList(extensions.split(" +")));
        String[] words = version.split(" +");
        boolean isThree = words.length > 2 && words[2].compareTo("3") >= 0;
        Shuffle shuffle = isThree && names.contains("cl_khr_subgroup_shuffle")
                ? Shuffle.KHRONOS
                : names.contains("cl_intel_subgroups") ? Shuffle.INTEL : Shuffle.NONE;
        return new ClFeatures(shuffle, names.contains("cl_khr_fp16"));
    }

    /** For the compiler: the version of the language, and what to define. */
    String options() {
        return half ? shuffle.options + " -D HALF" : shuffle.options;
    }

    /** For people: ", sub-groups, fp16", or nothing. */
    String describe() {
        return (shuffle == Shuffle.NONE ? "" : ", sub-groups") + (half ? ", fp16" : "");
    }
}
