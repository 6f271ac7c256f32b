package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.util.HashMap;
import java.util.Map;

/**
 * Collects tokens in any order of their ids.
 *
 * <p>Invariant: the vocabulary is not much longer than the number of its tokens, so that no id in a file can make it
 * fill the memory; ids between tokens stand for no text.
 */
final class VocabularyBuilder {
    private static final int MOST_GAPS = 100_000;

    private final String file;
    private final Map<Integer, String> tokens = new HashMap<>();
    private final Map<Integer, TokenKind> kinds = new HashMap<>();
    private int highest = -1;

    /** @param file name of the file, for messages */
    VocabularyBuilder(String file) {
        this.file = file;
    }

    void put(int id, String token, TokenKind kind) {
        if (id < 0) {
            throw new LoupeException("%s gives the token %s the id %d; the file is damaged, get it again."
                    .formatted(file, Vocabulary.shown(token), id));
        }
        tokens.put(id, token);
        kinds.put(id, kind);
        highest = Math.max(highest, id);
    }

    /** Puts an added token, after the model's own. */
    void put(AddedToken token) {
        boolean own = token.content().equals(tokens.get(token.id()));
        if (own && kinds.get(token.id()) == TokenKind.BYTE) {
            return;
        }
        TokenKind kind = own ? TokenKind.USER_DEFINED : TokenKind.ADDED;
        put(token.id(), token.content(), token.special() ? TokenKind.CONTROL : kind);
    }

    Vocabulary build() {
        if (highest - tokens.size() > MOST_GAPS) {
            throw new LoupeException("%s has %d tokens but the id %d; the file is damaged, get it again."
                    .formatted(file, tokens.size(), highest));
        }
        String[] spellings = new String[highest + 1];
        TokenKind[] all = new TokenKind[highest + 1];
        for (int id = 0; id <= highest; id++) {
            spellings[id] = tokens.getOrDefault(id, "");
            all[id] = kinds.getOrDefault(id, TokenKind.UNUSED);
        }
        return new Vocabulary(spellings, all);
    }
}
