package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The pre-tokenizers of byte-level BPE that a GGUF file names by {@code tokenizer.ggml.pre}, each as in the
 * tokenizer.json of the model it is named after.
 *
 * <p>Invariant: a name outside the table is an error; no entry is a default for another.
 */
final class NamedPreTokenizers {
    static final String GPT_2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    private static final String LLAMA_3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String QWEN_2 = LLAMA_3.replace("\\p{N}{1,3}", "\\p{N}");
    private static final String DIGIT = "\\p{N}";
    private static final String LINE_END = "[\\r\\n]";
    private static final String CJK = "[\\u4E00-\\u9FA5\\u0800-\\u4E00\\uAC00-\\uD7FF]+";

    /** The letters with case that DeepSeek LLM lists: all of Unicode 11 but for some scripts. */
    private static final String CASED = "[[\\p{Lu}\\p{Ll}\\p{Lt}&&[^\\x{10000}-\\x{10FFFF}\\u0560-\\u0588\\u10C7\\u10CD"
            + "\\u10D0-\\u10FF\\u1C80-\\u1C8F\\u2D00-\\u2D2F\\uA790-\\uA7FF\\uAB30-\\uAB6F]]\\x{10400}-\\x{1044F}"
            + "\\x{104B0}-\\x{104D3}\\x{104D8}-\\x{104FB}\\x{10C80}-\\x{10CB2}\\x{10CC0}-\\x{10CF2}\\x{118A0}-\\x{118DF}"
            + "\\x{1E900}-\\x{1E943}]";

    private static final String DEEPSEEK_PUNCTUATION =
            "\\s?[!-/:-~\\uFF01-\\uFF0F\\uFF1A-\\uFF5E\\u2018-\\u201F\\u3000-\\u3002]+";

    /**
     * The pattern {@code \s+$}, written so that a run of spaces is scanned once and not from each of its characters.
     */
    private static final String SPACES_AT_END = "(?<!\\s)\\s++\\z";

    private static final Map<String, PreTokenizer> BY_NAME = new TreeMap<>(Map.ofEntries(
            Map.entry("gpt-2", byteLevel(GPT_2)),
            Map.entry("smollm", byteLevel(DIGIT, GPT_2)),
            Map.entry("starcoder", byteLevel(DIGIT, GPT_2)),
            Map.entry("refact", byteLevel(DIGIT, GPT_2)),
            Map.entry("llama-bpe", byteLevel(LLAMA_3)),
            Map.entry("qwen2", byteLevel(QWEN_2)),
            Map.entry(
                    "falcon",
                    byteLevel("[\\p{P}$+<=>^~|`]+", GPT_2)
                            .then(split("\\p{N}+"))
                            .then(split("[0-9]{3}"))),
            Map.entry("mpt", byteLevel(GPT_2)),
            Map.entry(
                    "deepseek-llm",
                    byteLevel(LINE_END, "\\s?" + CASED + "+", DEEPSEEK_PUNCTUATION, SPACES_AT_END, CJK, "\\p{N}+")),
            Map.entry("deepseek-coder", byteLevel(LINE_END, "\\s?\\p{L}+", "\\s?\\p{P}+", CJK, DIGIT))));

    private NamedPreTokenizers() {}

    /** @throws LoupeException if the name is not in the table */
    static PreTokenizer of(String name) {
        PreTokenizer known = BY_NAME.get(name);
        if (known == null) {
            throw new LoupeException(
                    "The pre-tokenizer \"%s\" is not supported; Loupe knows %s: choose a model that uses one of them."
                            .formatted(name, String.join(", ", BY_NAME.keySet())));
        }
        return known;
    }

    /** Cuts at the matches of each pattern in turn, then spells bytes. */
    private static PreTokenizer byteLevel(String... patterns) {
        PreTokenizer all = PreTokenizer.whole();
        for (String pattern : patterns) {
            all = all.then(split(pattern));
        }
        return all.then((piece, start, pieces) -> pieces.add(ByteLevel.spell(piece), start));
    }

    private static PreTokenizer split(String pattern) {
        return Split.isolated(Pattern.compile(pattern, Pattern.UNICODE_CHARACTER_CLASS));
    }
}
