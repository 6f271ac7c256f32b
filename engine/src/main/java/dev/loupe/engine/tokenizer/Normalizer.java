package dev.loupe.engine.tokenizer;

import java.text.Normalizer.Form;

/** Rewrites a text before it is cut. */
interface Normalizer {
    String apply(String text);

    /** As {@link #apply(String)}; {@code start} tells that the part begins the whole text. */
    default String apply(String part, boolean start) {
        return apply(part);
    }

    /** Applies the other one to the result. */
    default Normalizer then(Normalizer next) {
        return text -> next.apply(apply(text));
    }

    static Normalizer none() {
        return text -> text;
    }

    static Normalizer unicode(Form form) {
        return text -> java.text.Normalizer.normalize(text, form);
    }
}
