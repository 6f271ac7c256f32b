package dev.loupe.engine.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds added tokens in a text: from left to right, the longest first.
 *
 * <p>Invariant: special tokens are found only where asked for, so that user text cannot hold one.
 */
final class AddedTokens {
    private final Node root = new Node();

    private static final class Node {
        final Map<Character, Node> children = new HashMap<>(2);
        AddedToken token;
    }

    /** Takes the parts of a text, in order. */
    interface Parts {
        /** Text between tokens; {@code start} tells that it begins the text. */
        void text(String text, boolean start);

        void token(int id);
    }

    AddedTokens(List<AddedToken> tokens) {
        for (AddedToken token : tokens) {
            if (token.content().isEmpty()) {
                continue;
            }
            Node node = root;
            for (int i = 0; i < token.content().length(); i++) {
                node = node.children.computeIfAbsent(token.content().charAt(i), c -> new Node());
            }
            node.token = token;
        }
    }

    void split(String text, boolean withSpecial, Parts parts) {
        int done = 0;
        int at = 0;
        while (at < text.length()) {
            AddedToken token = longestAt(text, at, withSpecial);
            if (token == null) {
                at++;
                continue;
            }
            int start = at;
            int end = at + token.content().length();
            at = end;
            if (token.singleWord() && (isWordBefore(text, start) || isWordAt(text, end))) {
                continue;
            }
            while (token.lstrip() && start > done && isSpace(text.charAt(start - 1))) {
                start--;
            }
            while (token.rstrip() && at < text.length() && isSpace(text.charAt(at))) {
                at++;
            }
            if (start > done) {
                parts.text(text.substring(done, start), done == 0);
            }
            parts.token(token.id());
            done = at;
        }
        if (done < text.length()) {
            parts.text(text.substring(done), done == 0);
        }
    }

    private AddedToken longestAt(String text, int start, boolean withSpecial) {
        AddedToken longest = null;
        Node node = root.children.get(text.charAt(start));
        for (int i = start + 1; node != null; i++) {
            if (node.token != null && (withSpecial || !node.token.special())) {
                longest = node.token;
            }
            node = i < text.length() ? node.children.get(text.charAt(i)) : null;
        }
        return longest;
    }

    private static boolean isWordBefore(String text, int end) {
        return end > 0 && isWord(text.codePointBefore(end));
    }

    private static boolean isWordAt(String text, int start) {
        return start < text.length() && isWord(text.codePointAt(start));
    }

    private static boolean isWord(int c) {
        return Character.isAlphabetic(c) || Character.isDigit(c) || c == '_';
    }

    static boolean isSpace(char c) {
        return Character.isSpaceChar(c) || c >= '\t' && c <= '\r' || c == '\u0085';
    }
}
