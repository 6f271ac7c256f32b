package dev.loupe.engine.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tokenizer in a folder as Hugging Face lays it out: tokenizer.json, or else tokenizer.model, and what the files
 * beside it say of special tokens.
 *
 * <p>Invariant: all end tokens count, those of generation_config.json (or else config.json) and the tokenizer's own.
 */
final class HuggingFaceFolder {
    private static final JsonFields NOTHING = new JsonFields("", JsonNodeFactory.instance.objectNode());

    private final Path folder;
    private final JsonFields tokenizerConfig;

    HuggingFaceFolder(Path folder) {
        this.folder = folder;
        tokenizerConfig = optional("tokenizer_config.json");
    }

    Tokenizer tokenizer() {
        Path json = folder.resolve("tokenizer.json");
        Path model = folder.resolve("tokenizer.model");
        if (Files.isRegularFile(json)) {
            return fromJson(json);
        }
        if (Files.isRegularFile(model)) {
            return fromSentencePiece(model);
        }
        return new MissingTokenizer(folder);
    }

    private Tokenizer fromJson(Path path) {
        JsonTokenizer json = new JsonTokenizer(TokenizerJson.read(path));
        Optional<String> first = json.firstToken();
        Optional<String> bos = first.or(() -> specialToken("bos_token"));
        return json.build(marks(json.vocabulary(), bos, specialToken("eos_token"), first.isPresent()));
    }

    private Tokenizer fromSentencePiece(Path path) {
        SentencePieceFile file = SentencePieceFile.read(path);
        List<AddedToken> added = addedTokens();
        SentencePiece model = file.model(added);
        List<AddedToken> verbatim = new ArrayList<>(added);
        for (int id = 0; id < model.vocabulary().size(); id++) {
            if (model.vocabulary().kind(id).isSpecial()) {
                verbatim.add(AddedToken.plain(model.vocabulary().token(id), id, true));
            }
        }
        Optional<String> bos = specialToken("bos_token").or(file::bos);
        Optional<String> eos = specialToken("eos_token").or(file::eos);
        return model.tokenizer(verbatim, marks(model.vocabulary(), bos, eos, true));
    }

    private PipelineTokenizer.Marks marks(
            Vocabulary vocabulary, Optional<String> bosToken, Optional<String> eosToken, boolean addsBosByDefault) {
        JsonFields generation = optional("generation_config.json");
        JsonFields config = optional("config.json");
        Set<Integer> eos = new TreeSet<>(ids(generation, "eos_token_id"));
        if (eos.isEmpty()) {
            eos.addAll(ids(config, "eos_token_id"));
        }
        eosToken.map(vocabulary::findAny).filter(id -> id != Vocabulary.NONE).ifPresent(eos::add);
        int bos = bosToken.map(vocabulary::findAny).orElse(Vocabulary.NONE);
        boolean addsBos = bos != Vocabulary.NONE
                && tokenizerConfig.findFlag("add_bos_token").orElse(addsBosByDefault || addsBosByClass());
        Map<String, String> byName = new HashMap<>();
        for (String name : List.of("bos_token", "eos_token", "unk_token", "pad_token")) {
            specialToken(name).ifPresent(token -> byName.put(name, token));
        }
        return new PipelineTokenizer.Marks(
                bos == Vocabulary.NONE ? OptionalInt.empty() : OptionalInt.of(bos),
                addsBos,
                Set.copyOf(eos),
                Map.copyOf(byName));
    }

    /** The classes of Llama and Gemma add BOS unless they are told not to. */
    private boolean addsBosByClass() {
        String name = tokenizerConfig.findText("tokenizer_class").orElse("");
        return name.startsWith("LlamaTokenizer") || name.startsWith("GemmaTokenizer");
    }

    /** One id or several; ids beyond the vocabulary never come and do no harm. */
    private static Set<Integer> ids(JsonFields fields, String name) {
        Set<Integer> ids = new TreeSet<>();
        JsonNode value = fields.node().path(name);
        for (JsonNode id : value.isArray() ? value : List.of(value)) {
            if (id.isIntegralNumber() && id.canConvertToInt()) {
                ids.add(id.asInt());
            } else if (!id.isMissingNode() && !id.isNull()) {
                fields.fail(name, value);
            }
        }
        return ids;
    }

    /** A special token's spelling, written as a string or as an object. */
    private Optional<String> specialToken(String name) {
        return specialToken(tokenizerConfig, name).or(() -> specialToken(optional("special_tokens_map.json"), name));
    }

    private static Optional<String> specialToken(JsonFields fields, String name) {
        JsonNode value = fields.node().path(name);
        return value.isObject() ? fields.object(name).map(token -> token.text("content")) : fields.findText(name);
    }

    private List<AddedToken> addedTokens() {
        List<AddedToken> added = new ArrayList<>();
        JsonFields tokens = tokenizerConfig.object("added_tokens_decoder").orElse(NOTHING);
        tokens.node().properties().forEach(entry -> {
            if (!entry.getKey().matches("\\d{1,9}")) {
                tokens.fail("added_tokens_decoder", entry.getValue());
            }
            JsonFields token = tokens.object(entry.getKey()).orElse(NOTHING);
            added.add(new AddedToken(
                    token.text("content"),
                    Integer.parseInt(entry.getKey()),
                    token.flag("special"),
                    token.flag("single_word"),
                    token.flag("lstrip"),
                    token.flag("rstrip")));
        });
        return added;
    }

    private JsonFields optional(String name) {
        Path path = folder.resolve(name);
        return Files.isRegularFile(path) ? TokenizerJson.fields(path) : NOTHING;
    }
}
