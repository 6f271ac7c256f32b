package dev.loupe.kernel.notebook;

import java.util.List;

/**
 * Why a cell failed, as it is shown.
 *
 * <p>Invariant: the message is one sentence; whatever else there is to know is in the details.
 */
final class CellException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> lines;
    private final String details;

    /**
     * Describes a failure.
     *
     * @param lines all that is shown at once, the sentence first
     * @param details what a person may unfold; empty for nothing
     */
    CellException(List<String> lines, String details) {
        super(lines.getFirst(), null, false, false);
        this.lines = lines;
        this.details = details;
    }

    CellException(String sentence) {
        this(List.of(sentence), "");
    }

    List<String> lines() {
        return lines;
    }

    String details() {
        return details;
    }
}
