package dev.loupe.engine.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Decodes a stream of tokens.
 *
 * <p>Invariant: bytes that may still become a character are kept back, at most three, until the next token or
 * {@link #flush()}; everything pushed together reads as the bytes of all tokens decoded at once.
 */
final class ByteStream implements Tokenizer.StreamingDecoder {
    private static final byte[] NOTHING = {};

    private final TokenBytes tokens;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] pending = NOTHING;
    private boolean dropSpace;

    /** @param dropSpace whether a space that begins the text is not shown (it is the one the encoder put there) */
    ByteStream(TokenBytes tokens, boolean dropSpace) {
        this.tokens = tokens;
        this.dropSpace = dropSpace;
    }

    @Override
    public String push(int id) {
        byte[] bytes = tokens.of(id);
        byte[] all = Arrays.copyOf(pending, pending.length + bytes.length);
        System.arraycopy(bytes, 0, all, pending.length, bytes.length);
        ByteBuffer in = ByteBuffer.wrap(all);
        CharBuffer out = CharBuffer.allocate(all.length);
        utf8.decode(in, out, false);
        pending = Arrays.copyOfRange(all, in.position(), all.length);
        return shown(out.flip().toString());
    }

    @Override
    public String flush() {
        boolean unfinished = pending.length > 0;
        pending = NOTHING;
        return unfinished ? "\uFFFD" : "";
    }

    private String shown(String text) {
        if (!dropSpace || text.isEmpty()) {
            return text;
        }
        dropSpace = false;
        return text.charAt(0) == ' ' ? text.substring(1) : text;
    }
}
