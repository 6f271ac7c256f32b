package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a tokenizer.model file: the few fields that matter of SentencePiece's protocol buffer
 * (github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto).
 *
 * <p>Invariant: fields that are not known are skipped; a length that goes beyond its message is an error.
 */
final class SentencePieceFile {
    private static final long LARGEST = 256L << 20;
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;
    private static final int UNIGRAM = 1;
    private static final int BPE = 2;

    private final List<String> tokens = new ArrayList<>();
    private final List<TokenKind> kinds = new ArrayList<>();
    private final List<Float> scores = new ArrayList<>();
    private int modelType = UNIGRAM;
    private int unknown = 0;
    private int bos = 1;
    private int eos = 2;
    private byte[] charsMap = {};
    private boolean dummyPrefix = true;
    private boolean trimsSpaces = true;

    private final Path path;

    private SentencePieceFile(Path path) {
        this.path = path;
    }

    static SentencePieceFile read(Path path) {
        SentencePieceFile file = new SentencePieceFile(path);
        try {
            if (Files.size(path) > LARGEST) {
                throw new LoupeException("%s is too large for a tokenizer; get the file again.".formatted(path));
            }
            file.read(ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN));
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw damaged(path, e);
        } catch (IOException e) {
            throw new LoupeException("%s cannot be read (%s); check the file.".formatted(path, e.getMessage()), e);
        }
        if (file.tokens.isEmpty() || file.modelType != UNIGRAM && file.modelType != BPE) {
            throw new LoupeException(
                    "%s is no BPE or unigram model of SentencePiece; use a model with another tokenizer."
                            .formatted(path));
        }
        return file;
    }

    private static LoupeException damaged(Path path, RuntimeException cause) {
        return new LoupeException(
                "%s is no SentencePiece model or is cut off; get the file again.".formatted(path), cause);
    }

    /** A message's field: its number, and its value as a number or as bytes. */
    private record Field(int number, long value, ByteBuffer bytes) {
        float real() {
            return Float.intBitsToFloat((int) value);
        }
    }

    private static Field next(ByteBuffer message) {
        long tag = varint(message);
        int number = (int) (tag >>> 3);
        return switch ((int) tag & 7) {
            case VARINT -> new Field(number, varint(message), null);
            case FIXED_64 -> new Field(number, message.getLong(), null);
            case FIXED_32 -> new Field(number, message.getInt(), null);
            case BYTES -> {
                long length = varint(message);
                if (length < 0 || length > message.remaining()) {
                    throw new BufferUnderflowException();
                }
                ByteBuffer bytes =
                        message.slice(message.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
                message.position(message.position() + (int) length);
                yield new Field(number, length, bytes);
            }
            default -> throw new IllegalArgumentException("wire type " + (tag & 7));
        };
    }

    private static long varint(ByteBuffer message) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = message.get();
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number has too many bytes");
    }

    private void read(ByteBuffer message) {
        while (message.hasRemaining()) {
            Field field = next(message);
            if (field.bytes == null) {
                continue;
            }
            switch (field.number) {
                case 1 -> piece(field.bytes);
                case 2 -> trainer(field.bytes);
                case 3 -> normalizer(field.bytes);
                default -> {}
            }
        }
    }

    private void piece(ByteBuffer message) {
        String token = "";
        float score = 0;
        int kind = 1;
        while (message.hasRemaining()) {
            Field field = next(message);
            switch (field.number) {
                case 1 -> token = text(field);
                case 2 -> score = field.real();
                case 3 -> kind = (int) field.value;
                default -> {}
            }
        }
        if (Float.isNaN(score)) {
            throw new IllegalArgumentException("a score that is no number");
        }
        tokens.add(token);
        scores.add(score);
        kinds.add(TokenKind.numbered(kind).orElseThrow(() -> new IllegalArgumentException("an unknown kind")));
    }

    private void trainer(ByteBuffer message) {
        while (message.hasRemaining()) {
            Field field = next(message);
            switch (field.number) {
                case 3 -> modelType = (int) field.value;
                case 40 -> unknown = (int) field.value;
                case 41 -> bos = (int) field.value;
                case 42 -> eos = (int) field.value;
                default -> {}
            }
        }
    }

    private void normalizer(ByteBuffer message) {
        while (message.hasRemaining()) {
            Field field = next(message);
            switch (field.number) {
                case 2 -> charsMap = bytes(field);
                case 3 -> dummyPrefix = field.value != 0;
                case 4 -> trimsSpaces = field.value != 0;
                default -> {}
            }
        }
    }

    private static String text(Field field) {
        return new String(bytes(field), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Field field) {
        if (field.bytes == null) {
            throw new IllegalArgumentException("a number where bytes must be");
        }
        byte[] bytes = new byte[field.bytes.remaining()];
        field.bytes.get(bytes);
        return bytes;
    }

    /** The model, with tokens that other files add to it. */
    SentencePiece model(List<AddedToken> added) {
        int size = tokens.size();
        VocabularyBuilder builder = new VocabularyBuilder(path.getFileName().toString());
        for (int id = 0; id < size; id++) {
            builder.put(id, tokens.get(id), kinds.get(id));
        }
        added.forEach(builder::put);
        Vocabulary vocabulary = builder.build();
        float[] all = new float[vocabulary.size()];
        for (int id = 0; id < size; id++) {
            all[id] = scores.get(id);
        }
        try {
            return new SentencePiece(
                    vocabulary,
                    all,
                    modelType == UNIGRAM,
                    unknown >= 0 && unknown < size ? unknown : Vocabulary.NONE,
                    CharsMap.of(charsMap),
                    dummyPrefix,
                    trimsSpaces);
        } catch (IllegalArgumentException e) {
            throw damaged(path, e);
        }
    }

    /** Spelling of the token that begins a text, if the model has one. */
    Optional<String> bos() {
        return special(bos);
    }

    /** Spelling of the token that ends a text, if the model has one. */
    Optional<String> eos() {
        return special(eos);
    }

    private Optional<String> special(int id) {
        return id >= 0 && id < tokens.size() ? Optional.of(tokens.get(id)) : Optional.empty();
    }
}
