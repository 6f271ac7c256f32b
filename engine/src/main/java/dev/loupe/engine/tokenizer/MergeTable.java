package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.util.Arrays;
import java.util.List;

/**
 * The merges of a trained BPE, in order (arXiv:1508.07909): a hash table from a pair of ids to its rank and result.
 *
 * <p>Invariant: the rank is the line number in the list of merges, whatever the ids of the tokens are; no merge gives a
 * control token.
 */
final class MergeTable implements Merges {
    private final long[] keys;
    private final long[] values;

    /** @param pairs the left and the right token of each merge, by rank */
    MergeTable(List<String[]> pairs, Vocabulary vocabulary) {
        int capacity = Integer.highestOneBit(Math.max(8, pairs.size())) * 4;
        keys = new long[capacity];
        values = new long[capacity];
        Arrays.fill(values, NONE);
        for (int rank = 0; rank < pairs.size(); rank++) {
            String[] pair = pairs.get(rank);
            int left = idOf(pair[0], rank, vocabulary);
            int right = idOf(pair[1], rank, vocabulary);
            int merged = idOf(pair[0] + pair[1], rank, vocabulary);
            if (!vocabulary.kind(merged).isText()) {
                continue;
            }
            int slot = slot(left, right);
            keys[slot] = key(left, right);
            values[slot] = Merges.of(rank, merged);
        }
    }

    /** The two tokens of a merge that is written "left right". */
    static String[] pair(String line, int rank) {
        int space = line.indexOf(' ', 1);
        if (space < 0) {
            throw new LoupeException("Merge %d of the tokenizer is %s and no pair; the file is damaged, get it again."
                    .formatted(rank, Vocabulary.shown(line)));
        }
        return new String[] {line.substring(0, space), line.substring(space + 1)};
    }

    @Override
    public long find(int left, int right) {
        return values[slot(left, right)];
    }

    private int slot(int left, int right) {
        long key = key(left, right);
        long hash = key * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash >>> 32) & keys.length - 1;
        while (values[slot] != NONE && keys[slot] != key) {
            slot = slot + 1 & keys.length - 1;
        }
        return slot;
    }

    private static long key(int left, int right) {
        return (long) left << 32 | right;
    }

    private static int idOf(String token, int rank, Vocabulary vocabulary) {
        int id = vocabulary.findAny(token);
        if (id == Vocabulary.NONE) {
            throw new LoupeException(
                    "Merge %d of the tokenizer needs the token %s, which its vocabulary lacks; the file is damaged, get it again."
                            .formatted(rank, Vocabulary.shown(token)));
        }
        return id;
    }
}
