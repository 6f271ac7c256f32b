package dev.loupe.engine.ops;

/**
 * A device that a model could compute on, or a kind of which there is none.
 *
 * @param id what {@code %device} takes: "cpu", "opencl:0"
 * @param name of the hardware; empty if there is none
 * @param driver what makes it compute, with its version
 * @param memory bytes; 0 if unknown
 * @param problem why it cannot be used, a sentence with the remedy; empty if it can
 */
public record Device(String id, String name, String driver, long memory, String problem) {
    /** One that can be used. */
    public Device(String id, String name, String driver, long memory) {
        this(id, name, driver, memory, "");
    }

    /** A kind of device of which there is none. */
    public static Device missing(String kind, String problem) {
        return new Device(kind, "", "", 0, problem);
    }

    /** Whether a model can be moved there. */
    public boolean usable() {
        return problem.isEmpty();
    }
}
