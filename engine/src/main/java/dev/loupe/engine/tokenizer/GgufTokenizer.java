package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
            case "llama" -> sentencePiece(false);
            case "t5" -> sentencePiece(true);
            default ->
                throw new LoupeException(
                        "The tokenizer model \"%s\" is not supported; Loupe knows gpt2, llama and t5: choose a model that uses one of them."
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
        List<AddedToken> added = specialTokens(false);
        added.addAll(userDefinedTokens());
        var stages = new PipelineTokenizer.Stages(
                new AddedTokens(added),
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

    private Tokenizer sentencePiece(boolean unigram) {
        var model = new SentencePiece(
                vocabulary,
                keys.floats("scores"),
                unigram,
                id("unknown_token_id").orElse(Vocabulary.NONE),
                charsMap(),
                keys.bool("add_space_prefix").orElse(true),
                keys.bool("remove_extra_whitespaces").orElse(false));
        return model.tokenizer(specialTokens(keys.architecture().equals("phi3")), marks(!unigram));
    }

    private Normalizer charsMap() {
        if (!keys.has("precompiled_charsmap")) {
            return Normalizer.none();
        }
        int[] values = keys.integers("precompiled_charsmap");
        byte[] map = new byte[values.length];
        for (int i = 0; i < map.length; i++) {
            map[i] = (byte) values[i];
        }
        try {
            return CharsMap.of(map);
        } catch (IllegalArgumentException e) {
            throw new LoupeException(
                    "The GGUF file's tokenizer.ggml.precompiled_charsmap is cut off; get the file again.", e);
        }
    }

    private static Vocabulary vocabulary(GgufKeys keys) {
        String[] tokens = keys.strings("tokens").toArray(String[]::new);
        TokenKind[] kinds = new TokenKind[tokens.length];
        Arrays.fill(kinds, TokenKind.NORMAL);
        if (keys.has("token_type")) {
            int[] types = keys.integers("token_type");
            if (types.length != tokens.length) {
                throw new LoupeException("The GGUF file has %d tokens but %d token types; it is damaged, get it again."
                        .formatted(tokens.length, types.length));
            }
            for (int id = 0; id < kinds.length; id++) {
                kinds[id] = TokenKind.numbered(types[id]).orElse(TokenKind.NORMAL);
            }
        }
        return new Vocabulary(tokens, kinds);
    }

    /** @param strips whether special tokens take the white space after them, as Phi-3's do */
    private List<AddedToken> specialTokens(boolean strips) {
        Set<String> exceptions = Set.of("<unk>", "<s>", "<|endoftext|>");
        List<AddedToken> special = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.kind(id).isSpecial()) {
                String token = vocabulary.token(id);
                special.add(new AddedToken(token, id, true, false, false, strips && !exceptions.contains(token)));
            }
        }
        return special;
    }

    private List<AddedToken> userDefinedTokens() {
        List<AddedToken> tokens = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.kind(id) == TokenKind.USER_DEFINED) {
                tokens.add(AddedToken.plain(vocabulary.token(id), id, false));
            }
        }
        return tokens;
    }

    private List<String[]> merges() {
        List<String> lines = keys.strings("merges");
        List<String[]> pairs = new ArrayList<>(lines.size());
        for (String line : lines) {
            pairs.add(MergeTable.pair(line, pairs.size()));
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
        return new PipelineTokenizer.Marks(bos, addsBos, Set.copyOf(eos), byName());
    }

    private Map<String, String> byName() {
        Map<String, String> names = new HashMap<>();
        Map.of("bos_token", "bos", "eos_token", "eos", "unk_token", "unknown", "pad_token", "padding")
                .forEach((name, key) -> id(key + "_token_id").ifPresent(id -> names.put(name, vocabulary.token(id))));
        return Map.copyOf(names);
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
