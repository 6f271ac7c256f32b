package dev.loupe.engine.chat.jinja;

/** Why a template cannot be parsed or rendered, and at which line. */
public final class JinjaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean raised;
    private int line;

    JinjaException(String message) {
        this(message, false);
    }

    private JinjaException(String message, boolean raised) {
        super(message);
        this.raised = raised;
    }

    /** What a template says by {@code raise_exception}. */
    static JinjaException raised(String message) {
        return new JinjaException(message, true);
    }

    /** This exception, at a line unless it has one. */
    JinjaException at(int line) {
        if (this.line == 0) {
            this.line = line;
        }
        return this;
    }

    /** Whether the template itself refuses what it was given. */
    public boolean raised() {
        return raised;
    }

    /** Line in the template, from 1. */
    public int line() {
        return line;
    }
}
