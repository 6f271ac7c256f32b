package dev.loupe.kernel.doctor;

/**
 * One thing the doctor looked at.
 *
 * <p>Invariant: the remedy is empty exactly where all is well.
 *
 * @param name what was looked at ("Java")
 * @param outcome how it is
 * @param value what was found ("25.0.3, Eclipse Adoptium")
 * @param remedy what to do about it, one sentence
 */
public record Check(String name, Outcome outcome, String value, String remedy) {
    /** How a thing is: fine, fine but slower or less than it could be, or in the way of running at all. */
    public enum Outcome {
        OK,
        WARN,
        FAIL
    }

    public Check {
        if (remedy.isEmpty() != (outcome == Outcome.OK)) {
            throw new IllegalArgumentException(name + ": a remedy belongs to a problem, and only there");
        }
    }

    static Check ok(String name, String value) {
        return new Check(name, Outcome.OK, value, "");
    }

    static Check warn(String name, String value, String remedy) {
        return new Check(name, Outcome.WARN, value, remedy);
    }

    static Check fail(String name, String value, String remedy) {
        return new Check(name, Outcome.FAIL, value, remedy);
    }
}
