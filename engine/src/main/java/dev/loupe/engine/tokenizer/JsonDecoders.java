package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/**
 * The decoders of tokenizer.json, as what each token stands for by itself.
 *
 * <p>Invariant: a decoder that needs more than one token at a time, other than to drop the first space, is an error;
 * all others can be streamed.
 */
final class JsonDecoders {
    private final Vocabulary vocabulary;
    private UnaryOperator<String> text = token -> token;
    private boolean bytes;
    private boolean byteLevel;
    private boolean fused;
    private boolean dropsFirstSpace;

    private JsonDecoders(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    static PipelineTokenizer.Decoding of(JsonFields json, Vocabulary vocabulary) {
        JsonDecoders decoders = new JsonDecoders(vocabulary);
        decoders.add(json);
        return new PipelineTokenizer.Decoding(decoders.tokens(), decoders.dropsFirstSpace);
    }

    private TokenBytes tokens() {
        if (byteLevel) {
            return TokenBytes.byteLevel(vocabulary);
        }
        return id -> bytes && vocabulary.kind(id) == TokenKind.BYTE
                ? new byte[] {vocabulary.byteOf(id)}
                : text.apply(vocabulary.token(id)).getBytes(StandardCharsets.UTF_8);
    }

    private void add(JsonFields json) {
        switch (json.type()) {
            case "Sequence" -> json.objects("decoders").forEach(this::add);
            case "ByteLevel" -> byteLevel = true;
            case "ByteFallback" -> bytes = true;
            case "Fuse" -> fused = true;
            case "Metaspace" -> {
                String mark = json.text("replacement");
                then(token -> token.replace(mark, " "));
                dropsFirstSpace |= !JsonPreTokenizers.prependScheme(json).equals("never");
            }
            case "Replace" -> then(JsonNormalizers.replace(json)::apply);
            case "Strip" -> strip(json);
            default ->
                throw json.unsupported("decoder", "Sequence, ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip");
        }
    }

    private void strip(JsonFields json) {
        String content = json.text("content");
        int start = json.integer("start").orElse(0);
        int stop = json.integer("stop").orElse(0);
        if (!fused) {
            then(token -> stripped(token, content, start, stop));
        } else if (content.equals(" ") && start <= 1 && stop == 0) {
            dropsFirstSpace |= start == 1;
        } else {
            throw new LoupeException(
                    "%s strips the ends of decoded text, which is not supported but for one first space; use a model with another tokenizer."
                            .formatted(json.file()));
        }
    }

    private static String stripped(String token, String content, int start, int stop) {
        String stripped = token;
        for (int i = 0; i < start && stripped.startsWith(content) && !content.isEmpty(); i++) {
            stripped = stripped.substring(content.length());
        }
        for (int i = 0; i < stop && stripped.endsWith(content) && !content.isEmpty(); i++) {
            stripped = stripped.substring(0, stripped.length() - content.length());
        }
        return stripped;
    }

    private void then(UnaryOperator<String> next) {
        UnaryOperator<String> before = text;
        text = token -> next.apply(before.apply(token));
    }

    /** Where a file has no decoder: tokens as they are. */
    static PipelineTokenizer.Decoding none(Vocabulary vocabulary) {
        return new PipelineTokenizer.Decoding(id -> vocabulary.token(id).getBytes(StandardCharsets.UTF_8), false);
    }
}
