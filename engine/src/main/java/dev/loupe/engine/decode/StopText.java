package dev.loupe.engine.decode;

import java.util.List;

/**
 * The text of a generation as it grows, with the stop strings looked for across tokens.
 *
 * <p>Invariant: what {@link #push} lets out is never part of a stop string.
 */
final class StopText {
    private final List<String> stops;
    private final StringBuilder text = new StringBuilder();
    private int shown;
    private boolean stopped;

    StopText(List<String> stops) {
        this.stops = stops;
    }

    /** Adds text and returns what can be shown of it (and of what was held back). */
    String push(String piece) {
        int from = text.length();
        text.append(piece);
        int stop = firstStop(from);
        if (stop >= 0) {
            text.setLength(stop);
            stopped = true;
        }
        return show(stopped ? text.length() : text.length() - heldBack());
    }

    /** What was held back, when nothing more comes. */
    String flush() {
        return show(text.length());
    }

    boolean stopped() {
        return stopped;
    }

    /** All text, up to the stop string. */
    String all() {
        return text.toString();
    }

    private String show(int end) {
        String part = text.substring(shown, Math.max(shown, end));
        shown = Math.max(shown, end);
        return part;
    }

    private int firstStop(int from) {
        int first = -1;
        for (String stop : stops) {
            int at = text.indexOf(stop, Math.max(0, from - stop.length() + 1));
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        return first;
    }

    /** Length of the longest end of the text that a stop string begins with. */
    private int heldBack() {
        int held = 0;
        for (String stop : stops) {
            for (int n = Math.min(stop.length() - 1, text.length()); n > held; n--) {
                if (stop.startsWith(text.substring(text.length() - n))) {
                    held = n;
                }
            }
        }
        return held;
    }
}
