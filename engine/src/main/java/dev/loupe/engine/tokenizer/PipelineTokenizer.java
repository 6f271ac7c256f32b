package dev.loupe.engine.tokenizer;

import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The stages of Hugging Face's tokenizers: added tokens, normalizer, added tokens of normalized text, pre-tokenizer,
 * subword model; and back from ids to bytes.
 *
 * <p>Invariant: holds no state of a text, so any number of threads may use it.
 */
final class PipelineTokenizer implements Tokenizer {
    private static final Pattern LONE_SURROGATE = Pattern.compile("\\p{Cs}");

    private final Vocabulary vocabulary;
    private final Stages stages;
    private final Decoding decoding;
    private final Marks marks;

    /** What {@link #encode} does, in order. */
    record Stages(
            AddedTokens verbatim,
            Normalizer normalizer,
            AddedTokens normalized,
            PreTokenizer preTokenizer,
            SubwordModel model) {}

    /** @param dropsFirstSpace whether a space that begins a decoded text is left out */
    record Decoding(TokenBytes bytes, boolean dropsFirstSpace) {}

    /** The tokens around a text; {@code byName} are their spellings for templates. */
    record Marks(OptionalInt bos, boolean addsBos, Set<Integer> eos, Map<String, String> byName) {}

    PipelineTokenizer(Vocabulary vocabulary, Stages stages, Decoding decoding, Marks marks) {
        this.vocabulary = vocabulary;
        this.stages = stages;
        this.decoding = decoding;
        this.marks = marks;
    }

    @Override
    public int[] encode(String text) {
        return encode(text, false);
    }

    @Override
    public int[] encodeTemplate(String rendered) {
        return encode(rendered, true);
    }

    private int[] encode(String text, boolean withSpecial) {
        IntList ids = new IntList();
        String wellFormed = LONE_SURROGATE.matcher(text).replaceAll("\uFFFD");
        stages.verbatim.split(wellFormed, withSpecial, new AddedTokens.Parts() {
            @Override
            public void text(String part, boolean start) {
                encodeNormalized(stages.normalizer.apply(part, start), start, withSpecial, ids);
            }

            @Override
            public void token(int id) {
                ids.add(id);
            }
        });
        return ids.toArray();
    }

    private void encodeNormalized(String text, boolean start, boolean withSpecial, IntList ids) {
        stages.normalized.split(text, withSpecial, new AddedTokens.Parts() {
            @Override
            public void text(String part, boolean first) {
                stages.preTokenizer.split(part, start && first, (piece, ignored) -> stages.model.encode(piece, ids));
            }

            @Override
            public void token(int id) {
                ids.add(id);
            }
        });
    }

    @Override
    public String decode(int... ids) {
        StreamingDecoder decoder = streamingDecoder();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.push(id));
        }
        return text.append(decoder.flush()).toString();
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new ByteStream(decoding.bytes, decoding.dropsFirstSpace);
    }

    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public String token(int id) {
        return vocabulary.token(id);
    }

    @Override
    public byte[] bytes(int id) {
        return decoding.bytes.of(id);
    }

    @Override
    public boolean isSpecial(int id) {
        return vocabulary.kind(id).isSpecial();
    }

    @Override
    public OptionalInt bos() {
        return marks.bos;
    }

    @Override
    public boolean addsBos() {
        return marks.addsBos;
    }

    @Override
    public Set<Integer> eos() {
        return marks.eos;
    }

    @Override
    public Map<String, String> templateTokens() {
        return marks.byName;
    }
}
