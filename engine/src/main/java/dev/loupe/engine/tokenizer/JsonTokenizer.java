package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tokenizer from tokenizer.json: its model and the stages around it.
 *
 * <p>Invariant: a component that is not known is an error that names it; none is left out.
 */
final class JsonTokenizer {
    private final TokenizerJson json;
    private final Vocabulary vocabulary;

    JsonTokenizer(TokenizerJson json) {
        this.json = json;
        vocabulary = readVocabulary();
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    private Vocabulary readVocabulary() {
        boolean bytes = json.model().flag("byte_fallback");
        VocabularyBuilder builder = new VocabularyBuilder(json.root().file());
        for (TokenizerJson.Entry entry : json.vocabulary()) {
            boolean isByte = bytes && Vocabulary.isByte(entry.token());
            builder.put(entry.id(), entry.token(), isByte ? TokenKind.BYTE : TokenKind.NORMAL);
        }
        addedTokens().forEach(added -> builder.put(added.token()));
        return builder.build();
    }

    Tokenizer build(PipelineTokenizer.Marks marks) {
        JsonFields root = json.root();
        List<AddedToken> verbatim = new ArrayList<>();
        List<AddedToken> normalized = new ArrayList<>();
        Normalizer normalizer =
                root.object("normalizer").map(JsonNormalizers::of).orElse(Normalizer.none());
        for (Added added : addedTokens()) {
            if (added.normalized()) {
                normalized.add(
                        added.token().withContent(normalizer.apply(added.token().content())));
            } else {
                verbatim.add(added.token());
            }
        }
        var stages = new PipelineTokenizer.Stages(
                new AddedTokens(verbatim),
                normalizer,
                new AddedTokens(normalized),
                root.object("pre_tokenizer").map(JsonPreTokenizers::of).orElse(PreTokenizer.whole()),
                model());
        var decoding = root.object("decoder")
                .map(decoder -> JsonDecoders.of(decoder, vocabulary))
                .orElseGet(() -> JsonDecoders.none(vocabulary));
        return new PipelineTokenizer(vocabulary, stages, decoding, marks);
    }

    /** @param normalized whether the token is looked for in normalized text */
    private record Added(AddedToken token, boolean normalized) {}

    private List<Added> addedTokens() {
        List<Added> added = new ArrayList<>();
        for (JsonFields fields : json.root().objects("added_tokens")) {
            boolean special = fields.flag("special");
            int id = fields.integer("id")
                    .orElseThrow(() -> new LoupeException(
                            "%s has an added token without id; get the file again.".formatted(fields.file())));
            AddedToken token = new AddedToken(
                    fields.text("content"),
                    id,
                    special,
                    fields.flag("single_word"),
                    fields.flag("lstrip"),
                    fields.flag("rstrip"));
            added.add(new Added(token, fields.findFlag("normalized").orElse(!special)));
        }
        return added;
    }

    private SubwordModel model() {
        JsonFields model = json.model();
        String type = model.findText("type").orElse(json.merges().isEmpty() ? "" : "BPE");
        return switch (type) {
            case "BPE" -> bytePairEncoding(model);
            case "Unigram" -> unigram(model);
            default ->
                throw new LoupeException(
                        "%s has a tokenizer of the kind \"%s\"; Loupe knows BPE and Unigram: use a model with one of them."
                                .formatted(model.file(), type));
        };
    }

    private SubwordModel bytePairEncoding(JsonFields model) {
        for (String affix : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            if (!model.findText(affix).orElse("").isEmpty()) {
                throw new LoupeException("%s sets %s, which is not supported; use a model with another tokenizer."
                        .formatted(model.file(), affix));
            }
        }
        var options = new BytePairEncoding.Options(
                model.findText("unk_token").map(vocabulary::findAny).orElse(Vocabulary.NONE),
                model.flag("fuse_unk"),
                model.flag("byte_fallback"),
                model.flag("ignore_merges"));
        return new BytePairEncoding(vocabulary, new MergeTable(json.merges(), vocabulary), options);
    }

    private SubwordModel unigram(JsonFields model) {
        double[] scores = new double[vocabulary.size()];
        for (TokenizerJson.Entry entry : json.vocabulary()) {
            scores[entry.id()] = entry.score();
        }
        int unknown = model.integer("unk_id").orElse(Vocabulary.NONE);
        if (unknown < Vocabulary.NONE || unknown >= scores.length) {
            model.fail("unk_id", model.node().get("unk_id"));
        }
        return new Unigram(vocabulary, scores, new Unigram.Options(unknown, model.flag("byte_fallback")));
    }

    /** Spelling of the token that the post-processor puts before a text. */
    Optional<String> firstToken() {
        return json.root().object("post_processor").flatMap(JsonTokenizer::firstToken);
    }

    private static Optional<String> firstToken(JsonFields processor) {
        return switch (processor.type()) {
            case "Sequence" ->
                processor.objects("processors").stream()
                        .flatMap(one -> firstToken(one).stream())
                        .findFirst();
            case "TemplateProcessing" ->
                processor.objects("single").stream()
                        .findFirst()
                        .flatMap(first -> first.object("SpecialToken"))
                        .map(token -> token.text("id"));
            default -> Optional.empty();
        };
    }
}
