package dev.loupe.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The names that a mistyped one was probably meant to be, by the Damerau-Levenshtein distance (optimal string
 * alignment; en.wikipedia.org/wiki/Damerau-Levenshtein_distance).
 *
 * <p>Invariant: suggestions are candidates, nearest first, and never depend on the candidates' order for equal words.
 */
public final class Nearest {
    private static final int MOST = 3;
    private static final int LONGEST = 64;

    private Nearest() {}

    /** Up to three candidates that differ in a few letters or begin alike, nearest first; empty if none is near. */
    public static List<String> of(String word, Collection<String> candidates) {
        String typed = plain(word);
        if (typed.isEmpty() || typed.length() > LONGEST) {
            return List.of();
        }
        var near = new ArrayList<Candidate>();
        for (String name : candidates) {
            String wanted = plain(name);
            boolean begins = typed.length() >= 2 && (wanted.startsWith(typed) || typed.startsWith(wanted));
            int distance = distance(typed, wanted);
            if (begins || distance <= Math.max(1, Math.min(typed.length(), wanted.length()) / 3)) {
                near.add(new Candidate(name, distance));
            }
        }
        near.sort(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name));
        return near.stream().limit(MOST).map(Candidate::name).toList();
    }

    /**
     * The end of a sentence about an unknown name: "did you mean a or b?", or "use one of a, b, c." if none is near.
     */
    public static String remedy(String word, Collection<String> candidates) {
        List<String> near = of(word, candidates);
        return near.isEmpty()
                ? "use one of %s.".formatted(String.join(", ", candidates))
                : "did you mean %s?".formatted(String.join(" or ", near));
    }

    private record Candidate(String name, int distance) {}

    /** Lower case, without leading dashes, dashes as underscores: what people mix up without meaning another name. */
    private static String plain(String name) {
        return name.strip().replaceFirst("^[-%]+", "").replace('-', '_').toLowerCase(Locale.ROOT);
    }

    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
