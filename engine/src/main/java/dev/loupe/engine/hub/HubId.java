package dev.loupe.engine.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a person writes to name a model on the Hub: {@code org/name}, or {@code org/name/file.gguf} for one file of
 * several.
 *
 * @param repository {@code org/name}
 * @param file path of a GGUF file in it, or empty for the model in the repository's root
 */
record HubId(String repository, Optional<String> file) {
    private static final Pattern FORM =
            Pattern.compile("([\\w-][\\w.-]{0,95}/[\\w-][\\w.-]{0,95})(?:/(.{1,250}\\.gguf))?");

    private static final Pattern CANONICAL = Pattern.compile("[\\w-][\\w.-]{0,95}(?<!\\.gguf)");

    /** The id in a name, if it has the form of one. */
    static Optional<HubId> parse(String name) {
        Matcher form = FORM.matcher(name);
        if (!form.matches() || form.group(2) != null && !HubCache.isSafe(form.group(2))) {
            return Optional.empty();
        }
        return Optional.of(new HubId(form.group(1), Optional.ofNullable(form.group(2))));
    }

    /** The id in a name without an organisation, as the Hub's first models have ({@code gpt2}). */
    static Optional<HubId> canonical(String name) {
        return CANONICAL.matcher(name).matches() ? Optional.of(new HubId(name, Optional.empty())) : Optional.empty();
    }

    @Override
    public String toString() {
        return repository + file.map(path -> "/" + path).orElse("");
    }
}
