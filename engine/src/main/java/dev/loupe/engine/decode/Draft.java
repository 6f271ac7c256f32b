package dev.loupe.engine.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tokens proposed to follow a sequence, as they are drawn. Invariant: a token was drawn by the law beside it. */
final class Draft {
    private final List<Distribution> laws = new ArrayList<>();
    private final List<Double> confidences = new ArrayList<>();
    private int[] ids = {};

    /**
     * Adds a token.
     *
     * @param law what it was drawn by
     * @param confidence how sure the drafter is of it, 0 to 1
     */
    void add(int id, Distribution law, double confidence) {
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = id;
        laws.add(law);
        confidences.add(confidence);
    }

    int size() {
        return ids.length;
    }

    int[] ids() {
        return ids;
    }

    Distribution law(int i) {
        return laws.get(i);
    }

    double confidence(int i) {
        return confidences.get(i);
    }

    double[] confidences() {
        return confidences.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
