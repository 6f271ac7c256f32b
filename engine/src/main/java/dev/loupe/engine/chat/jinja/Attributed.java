package dev.loupe.engine.chat.jinja;

/** An object with named attributes of its own. */
interface Attributed {
    /** The attribute, or an {@link Undefined}. */
    Object attribute(String name);
}
