package dev.loupe.engine.tokenizer;

import java.text.Normalizer.Form;

/** Rewrites a text before it is cut. */
interface Normalizer {
    String apply(String text);

    static Normalizer none() {
        return text -> text;
    }

    static Normalizer unicode(Form form) {
        return text -> java.text.Normalizer.normalize(text, form);
    }
}
