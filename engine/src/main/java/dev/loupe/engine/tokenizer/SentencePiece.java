package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * SentencePiece's two models (arXiv:1808.06226), from whichever file their pieces came.
 *
 * <p>Invariant: spaces are written U+2581 inside; the dummy space is put before the text and nowhere else, and is not
 * shown when decoding.
 *
 * @param scores by id
 * @param unigram whether the model is a unigram model and not BPE
 * @param unknown id of the unknown token, or {@link Vocabulary#NONE}
 * @param charsMap what is done to characters first
 * @param dummyPrefix whether a space is put before the text
 * @param trimsSpaces whether spaces at the ends, and further ones in a row, are left out
 */
record SentencePiece(
        Vocabulary vocabulary,
        float[] scores,
        boolean unigram,
        int unknown,
        Normalizer charsMap,
        boolean dummyPrefix,
        boolean trimsSpaces) {

    SentencePiece {
        if (scores.length != vocabulary.size()) {
            throw new LoupeException("The tokenizer has %d tokens but %d scores; its file is damaged, get it again."
                    .formatted(vocabulary.size(), scores.length));
        }
    }

    /** @param verbatim added tokens that are found before the text is normalized */
    Tokenizer tokenizer(List<AddedToken> verbatim, PipelineTokenizer.Marks marks) {
        var stages = new PipelineTokenizer.Stages(
                new AddedTokens(verbatim),
                dummyPrefix ? new DummyPrefix(normalizer()) : normalizer(),
                new AddedTokens(userDefined(verbatim)),
                PreTokenizer.whole(),
                model());
        var decoding = new PipelineTokenizer.Decoding(TokenBytes.sentencePiece(vocabulary), dummyPrefix);
        return new PipelineTokenizer(vocabulary, stages, decoding, marks);
    }

    /** Puts a space before the text, so that its first word is spelled like any other; not after a special token. */
    private record DummyPrefix(Normalizer normalizer) implements Normalizer {
        @Override
        public String apply(String text) {
            return normalizer.apply(text);
        }

        @Override
        public String apply(String part, boolean start) {
            String normalized = normalizer.apply(part);
            return start && !normalized.isEmpty() ? TokenBytes.SPACE_MARK + normalized : normalized;
        }
    }

    /** Pieces that are always kept whole, found where spaces are already written as in the vocabulary. */
    private List<AddedToken> userDefined(List<AddedToken> verbatim) {
        Set<Integer> found = Set.copyOf(verbatim.stream().map(AddedToken::id).toList());
        List<AddedToken> tokens = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.kind(id) == TokenKind.USER_DEFINED && !found.contains(id)) {
                tokens.add(AddedToken.plain(vocabulary.token(id).replace(' ', TokenBytes.SPACE_MARK), id, false));
            }
        }
        return tokens;
    }

    private Normalizer normalizer() {
        Normalizer spaces = text -> text.replace(' ', TokenBytes.SPACE_MARK);
        Normalizer trimmed = text -> text.replaceAll(" {2,}", " ").replaceAll("^ | $", "");
        return trimsSpaces ? charsMap.then(trimmed).then(spaces) : charsMap.then(spaces);
    }

    private SubwordModel model() {
        boolean bytes = vocabulary.byteToken((byte) 'a') != Vocabulary.NONE;
        if (unigram) {
            double[] logarithms = new double[scores.length];
            for (int i = 0; i < scores.length; i++) {
                logarithms[i] = scores[i];
            }
            return new Unigram(vocabulary, logarithms, new Unigram.Options(unknown, bytes));
        }
        var options = new BytePairEncoding.Options(unknown, true, bytes, false);
        return new BytePairEncoding(vocabulary, new ScoredMerges(vocabulary, scores), options);
    }
}
