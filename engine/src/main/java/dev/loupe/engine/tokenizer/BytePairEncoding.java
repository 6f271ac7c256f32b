package dev.loupe.engine.tokenizer;

import java.nio.charset.StandardCharsets;

/**
 * Byte pair encoding (arXiv:1508.07909): starts from single characters and merges the neighbours of lowest rank, the
 * leftmost first, until none can be merged.
 *
 * <p>A character that the vocabulary lacks becomes its byte tokens, or the unknown token, or is left out where the
 * model has neither, as in Hugging Face's tokenizers.
 *
 * <p>Invariant: a piece of n characters takes O(n log n) steps.
 */
final class BytePairEncoding implements SubwordModel {
    private final Vocabulary vocabulary;
    private final Merges merges;
    private final Options options;

    /**
     * @param unknown id of the unknown token, or {@link Vocabulary#NONE}
     * @param fuseUnknown whether unknown characters in a row become one unknown token
     * @param byteFallback whether an unknown character becomes byte tokens
     * @param ignoreMerges whether a piece that is a token as a whole is taken without merging
     */
    record Options(int unknown, boolean fuseUnknown, boolean byteFallback, boolean ignoreMerges) {}

    BytePairEncoding(Vocabulary vocabulary, Merges merges, Options options) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.options = options;
    }

    @Override
    public void encode(String piece, IntList ids) {
        if (options.ignoreMerges()) {
            int whole = vocabulary.find(piece);
            if (whole != Vocabulary.NONE) {
                ids.add(whole);
                return;
            }
        }
        int[] symbols = symbols(piece);
        merge(symbols);
        for (int symbol : symbols) {
            if (symbol != Vocabulary.NONE) {
                ids.add(symbol);
            }
        }
    }

    /** Ids of the single characters. */
    private int[] symbols(String piece) {
        IntList symbols = new IntList();
        boolean afterUnknown = false;
        for (int i = 0, end; i < piece.length(); i = end) {
            end = i + Character.charCount(piece.codePointAt(i));
            String character = piece.substring(i, end);
            int id = vocabulary.find(character);
            if (id != Vocabulary.NONE) {
                symbols.add(id);
            } else if (options.byteFallback() && addBytes(character, symbols)) {
                id = 0;
            } else if (options.unknown() != Vocabulary.NONE && !(afterUnknown && options.fuseUnknown())) {
                symbols.add(options.unknown());
            }
            afterUnknown = id == Vocabulary.NONE;
        }
        return symbols.toArray();
    }

    private boolean addBytes(String character, IntList symbols) {
        byte[] utf8 = character.getBytes(StandardCharsets.UTF_8);
        if (!vocabulary.hasBytes(utf8)) {
            return false;
        }
        for (byte b : utf8) {
            symbols.add(vocabulary.byteToken(b));
        }
        return true;
    }

    /** Merges in place; a symbol that joined its left neighbour becomes {@link Vocabulary#NONE}. */
    private void merge(int[] symbols) {
        int[] next = new int[symbols.length];
        int[] previous = new int[symbols.length];
        LongHeap candidates = new LongHeap(symbols.length);
        for (int i = 0; i < symbols.length; i++) {
            previous[i] = i - 1;
            next[i] = i + 1;
        }
        for (int i = 0; i + 1 < symbols.length; i++) {
            offer(candidates, symbols, i, i + 1);
        }
        while (!candidates.isEmpty()) {
            long candidate = candidates.pop(); // rank, left position
            int left = (int) candidate;
            int right = next[left];
            if (symbols[left] == Vocabulary.NONE || right == symbols.length) {
                continue;
            }
            long merge = merges.find(symbols[left], symbols[right]);
            if (merge == Merges.NONE || Merges.rank(merge) != Merges.rank(candidate)) {
                continue;
            }
            symbols[left] = Merges.merged(merge);
            symbols[right] = Vocabulary.NONE;
            next[left] = next[right];
            if (next[left] < symbols.length) {
                previous[next[left]] = left;
                offer(candidates, symbols, left, next[left]);
            }
            if (previous[left] >= 0) {
                offer(candidates, symbols, previous[left], left);
            }
        }
    }

    private void offer(LongHeap candidates, int[] symbols, int left, int right) {
        long merge = merges.find(symbols[left], symbols[right]);
        if (merge != Merges.NONE) {
            candidates.push(Merges.of(Merges.rank(merge), left));
        }
    }
}
