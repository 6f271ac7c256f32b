package dev.loupe.engine.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wanted of the Hub. A person names a model by {@code org/name}, or by {@code org/name/file.gguf} for one file
 * of several; of a data set it is always one file.
 *
 * @param repository {@code org/name}
 * @param file path of a file in it, or empty for the model in the repository's root
 */
record HubId(Kind kind, String repository, Optional<String> file) {
    /** What a repository holds; the Hub and its cache keep each kind apart. */
    enum Kind {
        MODEL("model", "models", ""),
        DATASET("data set", "datasets", "datasets/");

        private final String noun;
        private final String plural;
        private final String prefix;

        Kind(String noun, String plural, String prefix) {
            this.noun = noun;
            this.plural = plural;
            this.prefix = prefix;
        }

        /** As in a sentence. */
        String noun() {
            return noun;
        }

        /** As in addresses and folders. */
        String plural() {
            return plural;
        }
    }

    private static final Pattern FORM =
            Pattern.compile("([\\w-][\\w.-]{0,95}/[\\w-][\\w.-]{0,95})(?:/(.{1,250}\\.gguf))?");

    private static final Pattern CANONICAL = Pattern.compile("[\\w-][\\w.-]{0,95}(?<!\\.gguf)");

    /** The id in a name, if it has the form of one. */
    static Optional<HubId> parse(String name) {
        Matcher form = FORM.matcher(name);
        if (!form.matches() || form.group(2) != null && !HubCache.isSafe(form.group(2))) {
            return Optional.empty();
        }
        return Optional.of(new HubId(Kind.MODEL, form.group(1), Optional.ofNullable(form.group(2))));
    }

    /** The id in a name without an organisation, as the Hub's first models have ({@code gpt2}). */
    static Optional<HubId> canonical(String name) {
        return CANONICAL.matcher(name).matches()
                ? Optional.of(new HubId(Kind.MODEL, name, Optional.empty()))
                : Optional.empty();
    }

    /** A file of a data set. */
    static HubId dataset(String repository, String file) {
        return new HubId(Kind.DATASET, repository, Optional.of(file));
    }

    /** The path of the repository's page: {@code org/name}, {@code datasets/org/name}. */
    String page() {
        return kind.prefix + repository;
    }

    @Override
    public String toString() {
        return repository + file.map(path -> "/" + path).orElse("");
    }
}
