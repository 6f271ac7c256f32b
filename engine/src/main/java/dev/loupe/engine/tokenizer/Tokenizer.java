package dev.loupe.engine.tokenizer;

import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Text to token ids and back, as the model was trained.
 *
 * <p>Invariants: no method adds BOS or EOS by itself (the caller that owns the prompt does, see {@link #addsBos()});
 * special tokens in user text are text.
 */
public interface Tokenizer {
    /** Ids of user text: special tokens in it are not parsed, BOS is not added. */
    int[] encode(String text);

    /** Ids of a rendered chat template: special tokens in it are parsed, BOS is not added. */
    int[] encodeTemplate(String rendered);

    /** Text of ids, special tokens written out; bytes that are no UTF-8 become U+FFFD. */
    String decode(int... ids);

    /** Decodes a stream id by id and never returns half a character. */
    StreamingDecoder streamingDecoder();

    /** Number of ids. */
    int vocabularySize();

    /** The vocabulary's own spelling of an id (with its byte or space marks). */
    String token(int id);

    /** The bytes that an id stands for, which need not be whole characters of UTF-8. */
    byte[] bytes(int id);

    /** Whether an id is a control token or other special one. */
    boolean isSpecial(int id);

    /** Beginning of sequence, where the vocabulary has one. */
    OptionalInt bos();

    /** Whether the model wants {@link #bos()} put before a text that has no template. */
    boolean addsBos();

    /** All ids that end a generation. */
    Set<Integer> eos();

    /**
     * Spellings of the special tokens by the names that chat templates use: {@code bos_token}, {@code eos_token},
     * {@code unk_token}, {@code pad_token}; those the model has not are left out.
     */
    Map<String, String> templateTokens();

    /** Incremental decoding of one sequence. */
    interface StreamingDecoder {
        /** The text that this id completes: whole characters only, possibly empty. */
        String push(int id);

        /** What is left of an unfinished character, as U+FFFD. */
        String flush();
    }
}
