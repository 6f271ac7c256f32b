package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.chat.Message;
import dev.loupe.engine.chat.Prompts;
import dev.loupe.engine.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * A text as the tokens that a model reads: {@code Tokens.of("smollm2", Loupe.prompts("smollm2"), "Hi", PLAIN)}.
 *
 * <p>Invariant: the ids are those that the engine gives the model, BOS and template included.
 *
 * @param model what to call it
 * @param vocabulary number of ids there are
 * @param reading how the text was read
 * @param bos the vocabulary's beginning of sequence
 * @param addsBos whether the engine put it before the text
 * @param characters code points of the text, those that a template adds included
 * @param tokens in order
 */
public record Tokens(
        String model,
        int vocabulary,
        Reading reading,
        OptionalInt bos,
        boolean addsBos,
        long characters,
        List<Token> tokens) {
    /** What is done with the text. */
    public enum Reading {
        /** As it is: special tokens in it are text. */
        PLAIN,
        /** Special tokens in it are parsed. */
        SPECIAL,
        /** As one user turn of the model's chat template. */
        CHAT
    }

    /** What a token stands for. */
    public enum Kind {
        TEXT,
        /** Bytes that are no whole characters. */
        BYTE,
        SPECIAL
    }

    /**
     * One token.
     *
     * @param piece its text, bytes that are no whole characters as {@code <0xE2>}; the spelling of a special one
     */
    public record Token(int id, String piece, Kind kind) {}

    public Tokens {
        tokens = List.copyOf(tokens);
    }

    /**
     * Reads a text.
     *
     * @param model what to call it
     * @throws LoupeException if a chat template is asked for and the model has none, or it refuses the text
     */
    public static Tokens of(String model, Prompts prompts, String text, Reading reading) {
        Tokenizer tokenizer = prompts.tokenizer();
        int[] ids = switch (reading) {
            case PLAIN -> prompts.plain(text);
            case SPECIAL -> prompts.parsed(text);
            case CHAT -> prompts.conversation(List.of(Message.user(text)));
        };
        int[] textIds =
                Arrays.stream(ids).filter(id -> !tokenizer.isSpecial(id)).toArray();
        String read = reading == Reading.PLAIN ? text : tokenizer.decode(textIds);
        return new Tokens(
                model,
                tokenizer.vocabularySize(),
                reading,
                tokenizer.bos(),
                reading != Reading.CHAT && prompts.addsBos(),
                read.codePointCount(0, read.length()),
                Arrays.stream(ids).mapToObj(id -> token(tokenizer, id)).toList());
    }

    private static Token token(Tokenizer tokenizer, int id) {
        if (tokenizer.isSpecial(id)) {
            return new Token(id, tokenizer.token(id), Kind.SPECIAL);
        }
        byte[] bytes = tokenizer.bytes(id);
        if (bytes.length == 1 && tokenizer.token(id).equals(hex(bytes[0]))) {
            return new Token(id, hex(bytes[0]), Kind.BYTE);
        }
        return spelled(id, bytes);
    }

    private static Token spelled(int id, byte[] bytes) {
        CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        var piece = new StringBuilder();
        Kind kind = Kind.TEXT;
        CoderResult result;
        do {
            result = utf8.decode(in, out, true);
            piece.append(out.flip());
            out.clear();
            if (result.isError()) {
                kind = Kind.BYTE;
                for (int i = 0; i < result.length(); i++) {
                    piece.append(hex(in.get()));
                }
            }
        } while (result.isError());
        return new Token(id, piece.toString(), kind);
    }

    private static String hex(byte value) {
        return "<0x%02X>".formatted(value);
    }

    /** All ids, in order. */
    public int[] ids() {
        return tokens.stream().mapToInt(Token::id).toArray();
    }

    /** How many of the tokens are special. */
    public long special() {
        return tokens.stream().filter(token -> token.kind() == Kind.SPECIAL).count();
    }

    /** Characters that a token stands for on average, special ones left out; NaN if there are no others. */
    public double charactersPerToken() {
        long others = tokens.size() - special();
        return others == 0 ? Double.NaN : (double) characters / others;
    }

    /** Whether BOS stands at the beginning twice, which no model was trained with. */
    public boolean doubleBos() {
        return bos.isPresent()
                && tokens.size() > 1
                && tokens.get(0).id() == bos.getAsInt()
                && tokens.get(1).id() == bos.getAsInt();
    }

    /** How many tokens of how many characters, in one line. */
    @Override
    public String toString() {
        return "%s: %d tokens, %d characters".formatted(model, tokens.size(), characters);
    }
}
