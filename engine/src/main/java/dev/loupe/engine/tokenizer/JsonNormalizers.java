package dev.loupe.engine.tokenizer;

import java.text.Normalizer.Form;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Pattern;

/** The normalizers of tokenizer.json. */
final class JsonNormalizers {
    private static final Pattern COMBINING_MARK = Pattern.compile("\\p{M}+");

    private JsonNormalizers() {}

    static Normalizer of(JsonFields json) {
        return switch (json.type()) {
            case "Sequence" -> sequence(json);
            case "NFC" -> Normalizer.unicode(Form.NFC);
            case "NFD" -> Normalizer.unicode(Form.NFD);
            case "NFKC" -> Normalizer.unicode(Form.NFKC);
            case "NFKD" -> Normalizer.unicode(Form.NFKD);
            case "Lowercase" -> JsonNormalizers::lowercase;
            case "Strip" ->
                strip(
                        json.findFlag("strip_left").orElse(true),
                        json.findFlag("strip_right").orElse(true));
            case "StripAccents" -> text -> COMBINING_MARK.matcher(text).replaceAll("");
            case "Replace" -> replace(json);
            case "Prepend" -> prepend(json.text("prepend"));
            case "Precompiled" -> precompiled(json);
            case "ByteLevel" -> ByteLevel::spell;
            default ->
                throw json.unsupported(
                        "normalizer",
                        "Sequence, NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Replace, Prepend, Precompiled, ByteLevel");
        };
    }

    private static Normalizer sequence(JsonFields json) {
        Normalizer all = Normalizer.none();
        for (JsonFields one : json.objects("normalizers")) {
            all = all.then(of(one));
        }
        return all;
    }

    /** Each character by itself, so that a final sigma is not treated apart. */
    private static String lowercase(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        text.codePoints().forEach(c -> lower.append(Character.toString(c).toLowerCase(Locale.ROOT)));
        return lower.toString();
    }

    static Normalizer strip(boolean left, boolean right) {
        return text -> {
            int start = 0;
            int end = text.length();
            while (left && start < end && AddedTokens.isSpace(text.charAt(start))) {
                start++;
            }
            while (right && end > start && AddedTokens.isSpace(text.charAt(end - 1))) {
                end--;
            }
            return text.substring(start, end);
        };
    }

    static Normalizer replace(JsonFields json) {
        String content = json.text("content");
        Pattern pattern = JsonPreTokenizers.pattern(json);
        return text -> {
            StringBuilder replaced = new StringBuilder();
            int[] done = {0};
            BoundedText.findAll(pattern, text, (start, end) -> {
                replaced.append(text, done[0], start).append(content);
                done[0] = end;
            });
            return replaced.append(text, done[0], text.length()).toString();
        };
    }

    private static Normalizer prepend(String prefix) {
        return text -> text.isEmpty() ? text : prefix + text;
    }

    private static Normalizer precompiled(JsonFields json) {
        String map = json.findText("precompiled_charsmap").orElse("");
        try {
            return CharsMap.of(Base64.getDecoder().decode(map));
        } catch (IllegalArgumentException e) {
            return json.fail("precompiled_charsmap", json.node().get("precompiled_charsmap"));
        }
    }
}
