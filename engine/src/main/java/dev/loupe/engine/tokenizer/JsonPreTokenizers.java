package dev.loupe.engine.tokenizer;

import java.util.Optional;
import java.util.regex.Pattern;

/** The pre-tokenizers of tokenizer.json. */
final class JsonPreTokenizers {
    private static final Pattern GPT_2 = Oniguruma.compile(NamedPreTokenizers.GPT_2);
    private static final Pattern SPACE = Oniguruma.compile("\\s");
    private static final Pattern PUNCTUATION = Oniguruma.compile("[\\p{P}$+<=>^`|~]");
    private static final Pattern NUMERIC = Oniguruma.compile("\\p{N}");

    private JsonPreTokenizers() {}

    static PreTokenizer of(JsonFields json) {
        return switch (json.type()) {
            case "Sequence" -> sequence(json);
            case "ByteLevel" -> byteLevel(json);
            case "Metaspace" -> metaspace(json);
            case "Split" -> new Split(pattern(json), behavior(json.text("behavior"), json), json.flag("invert"));
            case "Digits" ->
                split(NUMERIC, json.flag("individual_digits") ? Split.Behavior.ISOLATED : Split.Behavior.CONTIGUOUS);
            case "Punctuation" ->
                split(PUNCTUATION, behavior(json.findText("behavior").orElse("Isolated"), json));
            case "Whitespace" -> new Split(Oniguruma.compile("\\w+|[^\\w\\s]+"), Split.Behavior.REMOVED, true);
            case "WhitespaceSplit" -> split(SPACE, Split.Behavior.REMOVED);
            case "BertPreTokenizer" ->
                split(SPACE, Split.Behavior.REMOVED).then(split(PUNCTUATION, Split.Behavior.ISOLATED));
            case "CharDelimiterSplit" ->
                split(Pattern.compile(Pattern.quote(json.text("delimiter"))), Split.Behavior.REMOVED);
            default ->
                throw json.unsupported(
                        "pre-tokenizer",
                        "Sequence, ByteLevel, Metaspace, Split, Digits, Punctuation, Whitespace, WhitespaceSplit, BertPreTokenizer, CharDelimiterSplit");
        };
    }

    private static PreTokenizer sequence(JsonFields json) {
        PreTokenizer all = PreTokenizer.whole();
        for (JsonFields one : json.objects("pretokenizers")) {
            all = all.then(of(one));
        }
        return all;
    }

    private static PreTokenizer split(Pattern pattern, Split.Behavior behavior) {
        return new Split(pattern, behavior, false);
    }

    private static PreTokenizer byteLevel(JsonFields json) {
        boolean prefix = json.findFlag("add_prefix_space").orElse(true);
        PreTokenizer prefixed =
                (text, start, pieces) -> pieces.add(prefix && !text.startsWith(" ") ? " " + text : text, start);
        PreTokenizer cut = json.findFlag("use_regex").orElse(true) ? prefixed.then(Split.isolated(GPT_2)) : prefixed;
        return cut.then((piece, start, pieces) -> pieces.add(ByteLevel.spell(piece), start));
    }

    private static PreTokenizer metaspace(JsonFields json) {
        String mark = json.text("replacement");
        String scheme = prependScheme(json);
        PreTokenizer marked = (text, start, pieces) -> {
            String spaced = text.replace(" ", mark);
            boolean prefixed = scheme.equals("always") || scheme.equals("first") && start;
            pieces.add(prefixed && !spaced.startsWith(mark) ? mark + spaced : spaced, start);
        };
        return json.findFlag("split").orElse(true)
                ? marked.then(split(Pattern.compile(Pattern.quote(mark)), Split.Behavior.MERGED_WITH_NEXT))
                : marked;
    }

    /** "always", "first" or "never"; older files say {@code add_prefix_space} instead. */
    static String prependScheme(JsonFields json) {
        boolean prefix = json.findFlag("add_prefix_space").orElse(true);
        return json.findText("prepend_scheme").orElse(prefix ? "always" : "never");
    }

    /** The field {@code pattern}: a string, or a regular expression. */
    static Pattern pattern(JsonFields json) {
        JsonFields pattern = json.object("pattern").orElse(json);
        Optional<String> plain = pattern.findText("String");
        return plain.isPresent()
                ? Pattern.compile(Pattern.quote(plain.get()))
                : Oniguruma.compile(pattern.text("Regex"));
    }

    private static Split.Behavior behavior(String name, JsonFields json) {
        return switch (name) {
            case "Isolated" -> Split.Behavior.ISOLATED;
            case "Removed" -> Split.Behavior.REMOVED;
            case "MergedWithPrevious" -> Split.Behavior.MERGED_WITH_PREVIOUS;
            case "MergedWithNext" -> Split.Behavior.MERGED_WITH_NEXT;
            case "Contiguous" -> Split.Behavior.CONTIGUOUS;
            default -> json.fail("behavior", json.node().path("behavior"));
        };
    }
}
