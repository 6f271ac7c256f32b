package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * A tokenizer from the metadata of a GGUF file (keys {@code tokenizer.ggml.*}).
 *
 * <p>Invariant: what the file does not say (pre-tokenizer, kind of model) is never guessed. Its end tokens are the ones
 * it names, and those control tokens whose spelling is a known end of text or turn.
 */
final class GgufTokenizer {
    private static final Set<String> ENDS = Set.of(
            "<|endoftext|>",
            "<|end_of_text|>",
            "<eos>",
            "<|im_end|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|end|>",
            "<end_of_turn>",
            "<EOT>",
            "<|EOT|>",
            "<｜end▁of▁sentence｜>");
    private static final AddedTokens NONE = new AddedTokens(List.of());

    private final GgufKeys keys;
    private final Vocabulary vocabulary;

    GgufTokenizer(GgufKeys keys) {
        this.keys = keys;
        vocabulary = vocabulary(keys);
    }

    Tokenizer build() {
        String model = keys.string("model").orElse("");
        return switch (model) {
            case "gpt2" -> byteLevel();
            case "llama" -> sentencePiece();
            default ->
                throw new LoupeException(
                        "The tokenizer model \"%s\" is not supported; Loupe knows gpt2 and llama: choose a model that uses one of them."
                                .formatted(model));
        };
    }

    private Tokenizer byteLevel() {
        String pre = keys.string("pre")
                .orElseThrow(
                        () -> new LoupeException(
                                "The GGUF file does not name its pre-tokenizer (tokenizer.ggml.pre); convert the model again with a current converter."));
        PreTokenizer preTokenizer = NamedPreTokenizers.of(pre);
        var options = new BytePairEncoding.Options(Vocabulary.NONE, false, false, pre.equals("llama-bpe"));
        var stages = new PipelineTokenizer.Stages(
                addedTokens(false),
                Set.of("qwen2", "mpt").contains(pre) ? Normalizer.unicode(Form.NFC) : Normalizer.none(),
                NONE,
                preTokenizer,
                new BytePairEncoding(vocabulary, new MergeTable(merges(), vocabulary), options));
        return new PipelineTokenizer(
                vocabulary,
                stages,
                new PipelineTokenizer.Decoding(TokenBytes.byteLevel(vocabulary), false),
                marks(pre.equals("llama-bpe")));
    }

    private Tokenizer sentencePiece() {
        float[] scores = keys.floats("scores");
        if (scores.length != vocabulary.size()) {
            throw new LoupeException("The GGUF file has %d tokens but %d scores; it is damaged, get it again."
                    .formatted(vocabulary.size(), scores.length));
        }
        boolean prefix = keys.bool("add_space_prefix").orElse(true);
        var options = new BytePairEncoding.Options(id("unknown_token_id").orElse(Vocabulary.NONE), true, true, false);
        var stages = new PipelineTokenizer.Stages(
                addedTokens(keys.architecture().equals("phi3")),
                text -> text.replace(' ', TokenBytes.SPACE_MARK),
                NONE,
                prefix ? SpacePrefix.FIRST : SpacePrefix.NEVER,
                new BytePairEncoding(vocabulary, new ScoredMerges(vocabulary, scores), options));
        return new PipelineTokenizer(
                vocabulary,
                stages,
                new PipelineTokenizer.Decoding(TokenBytes.sentencePiece(vocabulary), prefix),
                marks(true));
    }

    private static Vocabulary vocabulary(GgufKeys keys) {
        String[] tokens = keys.strings("tokens").toArray(String[]::new);
        int[] types = keys.has("token_type") ? keys.integers("token_type") : new int[0];
        if (types.length != 0 && types.length != tokens.length) {
            throw new LoupeException("The GGUF file has %d tokens but %d token types; it is damaged, get it again."
                    .formatted(tokens.length, types.length));
        }
        TokenKind[] kinds = new TokenKind[tokens.length];
        for (int id = 0; id < kinds.length; id++) {
            int type = types.length == 0 ? 1 : types[id];
            boolean known = type >= 1 && type <= TokenKind.values().length;
            kinds[id] = known ? TokenKind.values()[type - 1] : TokenKind.NORMAL;
        }
        return new Vocabulary(tokens, kinds);
    }

    /** @param stripped whether special tokens take the white space after them, as Phi-3's do */
    private AddedTokens addedTokens(boolean stripped) {
        List<AddedToken> added = new ArrayList<>();
        Set<String> unstripped = Set.of("<unk>", "<s>", "<|endoftext|>");
        for (int id = 0; id < vocabulary.size(); id++) {
            TokenKind kind = vocabulary.kind(id);
            String token = vocabulary.token(id);
            if (kind.isSpecial() || kind == TokenKind.USER_DEFINED) {
                boolean rstrip = stripped && !unstripped.contains(token);
                added.add(new AddedToken(token, id, kind.isSpecial(), false, false, rstrip));
            }
        }
        return new AddedTokens(added);
    }

    private List<String[]> merges() {
        List<String> lines = keys.strings("merges");
        List<String[]> pairs = new ArrayList<>(lines.size());
        for (String line : lines) {
            int space = line.indexOf(' ', 1);
            if (space < 0) {
                throw new LoupeException(
                        "Merge %d of the tokenizer is %s and no pair; the file is damaged, get it again."
                                .formatted(pairs.size(), Vocabulary.shown(line)));
            }
            pairs.add(new String[] {line.substring(0, space), line.substring(space + 1)});
        }
        return pairs;
    }

    private PipelineTokenizer.Marks marks(boolean addsBosByDefault) {
        OptionalInt bos = id("bos_token_id");
        Set<Integer> eos = new TreeSet<>();
        for (String key : List.of("eos_token_id", "eot_token_id", "eom_token_id")) {
            id(key).ifPresent(eos::add);
        }
        for (String end : ENDS) {
            int id = vocabulary.findAny(end);
            if (id != Vocabulary.NONE && vocabulary.kind(id) != TokenKind.NORMAL) {
                eos.add(id);
            }
        }
        boolean addsBos = bos.isPresent() && keys.bool("add_bos_token").orElse(addsBosByDefault);
        return new PipelineTokenizer.Marks(bos, addsBos, Set.copyOf(eos));
    }

    private OptionalInt id(String key) {
        OptionalInt id = keys.integer(key);
        if (id.isPresent() && (id.getAsInt() < 0 || id.getAsInt() >= vocabulary.size())) {
            throw new LoupeException(
                    "The GGUF file's tokenizer.ggml.%s is %d, but its vocabulary ends at %d; it is damaged, get it again."
                            .formatted(key, id.getAsInt(), vocabulary.size() - 1));
        }
        return id;
    }
}
