package dev.loupe.engine.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Cuts a text at the matches of a pattern (the pre-tokenizer {@code Split} of Hugging Face's tokenizers).
 *
 * <p>Invariant: unless the matches are removed, the pieces together are the text.
 */
record Split(Pattern pattern, Behavior behavior, boolean invert) implements PreTokenizer {
    /** What becomes of a match. */
    enum Behavior {
        ISOLATED,
        REMOVED,
        MERGED_WITH_PREVIOUS,
        MERGED_WITH_NEXT,
        CONTIGUOUS
    }

    static Split isolated(Pattern pattern) {
        return new Split(pattern, Behavior.ISOLATED, false);
    }

    /** A stretch of the text, and whether it is a match. */
    private record Span(int start, int end, boolean match) {}

    @Override
    public void split(String text, boolean start, Pieces pieces) {
        for (Span span : arrange(spans(text))) {
            pieces.add(text.substring(span.start, span.end), start && span.start == 0);
        }
    }

    private List<Span> spans(String text) {
        List<Span> spans = new ArrayList<>();
        int[] done = {0};
        BoundedText.findAll(pattern, text, (start, end) -> {
            if (start > done[0]) {
                spans.add(new Span(done[0], start, invert));
            }
            spans.add(new Span(start, end, !invert));
            done[0] = end;
        });
        if (done[0] < text.length()) {
            spans.add(new Span(done[0], text.length(), invert));
        }
        return spans;
    }

    private List<Span> arrange(List<Span> spans) {
        return switch (behavior) {
            case ISOLATED -> spans;
            case REMOVED -> spans.stream().filter(span -> !span.match).toList();
            case MERGED_WITH_PREVIOUS -> join(spans, (a, b) -> !a.match && b.match);
            case MERGED_WITH_NEXT -> join(spans, (a, b) -> a.match && !b.match);
            case CONTIGUOUS -> join(spans, (a, b) -> a.match == b.match);
        };
    }

    private interface Joins {
        boolean test(Span last, Span next);
    }

    private static List<Span> join(List<Span> spans, Joins joins) {
        List<Span> joined = new ArrayList<>();
        Span last = null;
        for (Span span : spans) {
            if (last != null && joins.test(last, span)) {
                Span before = joined.removeLast();
                joined.add(new Span(before.start, span.end, span.match));
            } else {
                joined.add(span);
            }
            last = span;
        }
        return joined;
    }
}
