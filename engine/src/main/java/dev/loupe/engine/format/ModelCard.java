package dev.loupe.engine.format;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Hub's model card: a README.md that begins with YAML (huggingface.co/docs/hub/model-cards).
 *
 * <p>Invariant: a card that is missing, damaged or endless tells nothing, and fails nothing.
 */
final class ModelCard {
    private static final int LONGEST = 1 << 16;
    private static final Pattern FRONT_MATTER =
            Pattern.compile("\\A---\\R(.*?)^---", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern LICENCE =
            Pattern.compile("^license(_name)?:[ \\t]*[\"']?([\\w.-]{1,80})[\"']?[ \\t]*$", Pattern.MULTILINE);

    private ModelCard() {}

    /** The licence's id; of one that the Hub has no id for ({@code other}), its name. */
    static Optional<String> licence(Path card) {
        Matcher front = FRONT_MATTER.matcher(beginning(card));
        if (!front.find()) {
            return Optional.empty();
        }
        Optional<String> found = Optional.empty();
        for (Matcher line = LICENCE.matcher(front.group(1)); line.find(); ) {
            if (found.isEmpty() || line.group(1) != null) {
                found = Optional.of(line.group(2));
            }
        }
        return found;
    }

    private static String beginning(Path card) {
        if (!Files.isRegularFile(card)) {
            return "";
        }
        try (BufferedReader reader = Files.newBufferedReader(card, StandardCharsets.ISO_8859_1)) {
            var text = new char[LONGEST];
            int length = reader.read(text);
            return new String(text, 0, Math.max(0, length));
        } catch (IOException e) {
            return "";
        }
    }
}
