package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The tokens by id, each with its kind.
 *
 * <p>Invariant: {@link #find} sees text tokens only, so no merge and no whole-word match can ever produce a control
 * token from user text.
 */
final class Vocabulary {
    static final int NONE = -1;

    private final String[] tokens;
    private final TokenKind[] kinds;
    private final Map<String, Integer> ids;
    private final int[] bytes = new int[256];

    Vocabulary(String[] tokens, TokenKind[] kinds) {
        this.tokens = tokens;
        this.kinds = kinds;
        ids = HashMap.newHashMap(tokens.length);
        Arrays.fill(bytes, NONE);
        for (int id = 0; id < tokens.length; id++) {
            if (kinds[id] == TokenKind.BYTE) {
                bytes[byteOf(tokens[id], id)] = id;
            }
            ids.merge(tokens[id], id, (first, later) -> kinds[first].isText() ? first : later);
        }
    }

    int size() {
        return tokens.length;
    }

    /** The spelling of an id. */
    String token(int id) {
        checkId(id);
        return tokens[id];
    }

    TokenKind kind(int id) {
        checkId(id);
        return kinds[id];
    }

    /** Id of a text token, or {@link #NONE}. */
    int find(String token) {
        int id = findAny(token);
        return id != NONE && kinds[id].isText() ? id : NONE;
    }

    /** Id of a token of any kind with this spelling, or {@link #NONE}. */
    int findAny(String token) {
        return ids.getOrDefault(token, NONE);
    }

    /** Id of the token {@code <0xNN>} of a byte, or {@link #NONE}. */
    int byteToken(byte b) {
        return bytes[b & 0xFF];
    }

    /** Whether each of the bytes has a token. */
    boolean hasBytes(byte[] all) {
        for (byte b : all) {
            if (byteToken(b) == NONE) {
                return false;
            }
        }
        return true;
    }

    /** The byte that a byte token stands for. */
    byte byteOf(int id) {
        return (byte) byteOf(token(id), id);
    }

    /** Whether a token is spelled like a byte token. */
    static boolean isByte(String token) {
        return token.length() == 6 && token.matches("<0x[0-9A-Fa-f]{2}>");
    }

    private static int byteOf(String token, int id) {
        if (isByte(token)) {
            return Integer.parseInt(token, 3, 5, 16);
        }
        throw new LoupeException(
                "The vocabulary calls token %d, %s, a byte, which is spelled <0xNN>; the file is damaged, get it again."
                        .formatted(id, shown(token)));
    }

    private void checkId(int id) {
        if (id < 0 || id >= tokens.length) {
            throw new LoupeException(
                    "There is no token %d; the vocabulary has ids 0 to %d.".formatted(id, tokens.length - 1));
        }
    }

    /** A token as error messages show it. */
    static String shown(String token) {
        return '"' + (token.length() <= 40 ? token : token.substring(0, 40) + "...") + '"';
    }
}
