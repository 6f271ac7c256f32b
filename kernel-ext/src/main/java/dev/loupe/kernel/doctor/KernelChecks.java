package dev.loupe.kernel.doctor;

import java.util.List;

/**
 * Which program runs the cells, and what a stock kernel cannot do. Invariant: outside notebooks there is no such check.
 */
final class KernelChecks {
    private KernelChecks() {}

    static List<Check> all() {
        return of(System.getProperty("sun.java.command", ""));
    }

    /** @param command class and arguments that this Java was started with */
    static List<Check> of(String command) {
        if (command.startsWith("dev.loupe.kernel.notebook.")) {
            return List.of(Check.ok("This kernel", "Loupe's own"));
        }
        String other = command.contains("jjava") ? "JJava" : command.contains("ijava") ? "IJava" : "";
        return other.isEmpty()
                ? List.of()
                : List.of(Check.warn(
                        "This kernel",
                        "stock " + other,
                        "Choose the kernel 'Loupe (Java 25)' (./loupe lab, or ./loupe install): this one drops backslashes in"
                                + " magics, fills in no $name or {expression}, completes no options, and a stopped cell"
                                + " fails and assigns nothing."));
    }
}
