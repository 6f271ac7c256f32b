package dev.loupe.kernel.doctor;

import java.util.List;

/** The Java that runs and the flags that it was started with. */
final class JavaChecks {
    private static final int NEEDED = 25;

    private JavaChecks() {}

    static List<Check> all() {
        return List.of(java(Runtime.version().feature()), vectorApi(), nativeAccess(), jshell());
    }

    static Check java(int feature) {
        String found = "%s, %s".formatted(Runtime.version(), System.getProperty("java.vendor"));
        return feature >= NEEDED
                ? Check.ok("Java", found)
                : Check.fail("Java", found, "Install JDK %d or later and start with ./loupe.".formatted(NEEDED));
    }

    private static Check vectorApi() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
                ? Check.ok("Vector API", "on")
                : Check.fail("Vector API", "off", flag("--add-modules jdk.incubator.vector"));
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
