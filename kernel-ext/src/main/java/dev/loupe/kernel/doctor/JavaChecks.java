package dev.loupe.kernel.doctor;

import dev.loupe.engine.backend.vector.VectorCpu;
import java.lang.management.ManagementFactory;
import java.util.List;

/** Loupe itself, the Java that runs it and the flags that it was started with. */
final class JavaChecks {
    private static final int NEEDED = 25;

    private JavaChecks() {}

    static List<Check> all() {
        List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments();
        return List.of(
                loupe(JavaChecks.class.getPackage().getImplementationVersion()),
                java(Runtime.version().feature()),
                vectorApi(),
                prefetch(VectorCpu.prefetches()),
                signedBytes(VectorCpu.multipliesBytes()),
                compiler(flags),
                start(flags, System.getProperty("java.vm.info", "")),
                nativeAccess(),
                jshell());
    }

    /** @param version as its jar tells it; classes in a folder tell none */
    static Check loupe(String version) {
        return Check.ok("Loupe", version == null ? "classes of no jar, so of no version" : version);
    }

    static Check java(int feature) {
        String found = "%s, %s".formatted(Runtime.version(), System.getProperty("java.vendor"));
        return feature >= NEEDED
                ? Check.ok("Java", found)
                : Check.fail("Java", found, "Install JDK %d or later and start with ./loupe.".formatted(NEEDED));
    }

    private static Check vectorApi() {
        if (!VectorCpu.available()) {
            return Check.fail("Vector API", "off", flag("--add-modules jdk.incubator.vector"));
        }
        return vectors(VectorCpu.bits());
    }

    /** Weights are asked for ahead where that was measured to pay. */
    private static Check prefetch(boolean instructions) {
        return Check.ok("Prefetch", instructions ? "by instructions" : "left to the CPU");
    }

    /** What {@code activations=int8} runs on. */
    private static Check signedBytes(boolean instructions) {
        return Check.ok("int8 products", instructions ? "by AVX-512 VNNI" : "by the Vector API");
    }

    static Check vectors(int bits) {
        String value = bits + " bits";
        return bits >= 128
                ? Check.ok("Vector API", value)
                : Check.warn(
                        "Vector API",
                        value,
                        "Use a processor with vectors of 128 bits or more; on this one all is slow.");
    }

    /** Kernels are Java until C2 has compiled them: without it they are a hundred times slower. */
    static Check compiler(List<String> flags) {
        return flags.stream()
                .filter(flag -> flag.matches("-Xint|-XX:TieredStopAtLevel=[0-3]|-XX:-UseCompiler"))
                .findFirst()
                .map(flag -> Check.warn("Compiled kernels", "hindered", "Start Java without " + flag + "."))
                .orElseGet(() -> Check.ok("Compiled kernels", "C2, warmed up at load"));
    }

    /**
     * Java passes over a cache that does not fit without a word.
     *
     * @param vm as in "mixed mode, sharing"
     */
    static Check start(List<String> flags, String vm) {
        String name = "Start of Java";
        if (flags.stream().noneMatch(flag -> flag.startsWith("-XX:AOTCache="))) {
            return Check.ok(name, "without an AOT cache");
        }
        if (!vm.contains("sharing")) {
            return Check.warn(
                    name,
                    "slow, the AOT cache is missing or does not fit",
                    "Remove build/stamp and call ./loupe again.");
        }
        boolean profiles = flags.stream().anyMatch(flag -> flag.startsWith("-Xbootclasspath/a:"));
        return Check.ok(name, profiles ? "AOT cache of classes and profiles" : "AOT cache of classes");
    }

    private static Check nativeAccess() {
        return JavaChecks.class.getModule().isNativeAccessEnabled()
                ? Check.ok("Native access", "allowed")
                : Check.warn("Native access", "warned about", flag("--enable-native-access=ALL-UNNAMED"));
    }

    /** A notebook kernel reaches into JShell to stop a cell. */
    private static Check jshell() {
        boolean open = ModuleLayer.boot()
                .findModule("jdk.jshell")
                .map(module -> module.isOpen("jdk.jshell", JavaChecks.class.getModule()))
                .orElse(false);
        return open
                ? Check.ok("JShell", "open to the kernel")
                : Check.warn("JShell", "closed to the kernel", flag("--add-opens jdk.jshell/jdk.jshell=ALL-UNNAMED"));
    }

    private static String flag(String flag) {
        return "Start with ./loupe or the kernel that './loupe install' adds, or give Java " + flag + ".";
    }
}
