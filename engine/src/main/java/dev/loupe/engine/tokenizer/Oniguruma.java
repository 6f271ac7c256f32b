package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Regular expressions in the syntax of Oniguruma, which Hugging Face's tokenizers use, as Java's.
 *
 * <p>Invariant: character classes are Unicode's; {@code $} and {@code ^} match at lines that end with a line feed; what
 * Java reads otherwise is rewritten or is an error.
 */
final class Oniguruma {
    private static final Pattern PROPERTY = Pattern.compile("\\\\([pP])\\{(\\^?)([A-Za-z_ ]+)}");
    private static final Set<String> SHARED_PROPERTIES = Set.of(
            "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps",
            "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Cs", "Co",
            "Cn");

    private Oniguruma() {}

    static Pattern compile(String expression) {
        Matcher property = PROPERTY.matcher(expression);
        String java = property.replaceAll(
                found -> Matcher.quoteReplacement(property(found.group(1), found.group(2), found.group(3))));
        try {
            return Pattern.compile(java, Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE | Pattern.UNIX_LINES);
        } catch (PatternSyntaxException | StackOverflowError e) {
            throw new LoupeException(
                    "The tokenizer's pattern %s cannot be read; use a model with another tokenizer."
                            .formatted(Vocabulary.shown(expression)),
                    e);
        }
    }

    private static String property(String kind, String negation, String name) {
        boolean negated = kind.equals("P") != negation.equals("^");
        String known = SHARED_PROPERTIES.contains(name) ? name : "Is" + name;
        return (negated ? "\\P{" : "\\p{") + known + "}";
    }
}
