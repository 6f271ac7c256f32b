package dev.loupe.engine.chat.jinja;

import java.util.Iterator;
import java.util.List;

/** A Python generator: true, without a length, and empty once it has been read. */
final class Generator implements Iterable<Object> {
    private final Iterator<Object> elements;

    Generator(List<Object> elements) {
        this.elements = elements.iterator();
    }

    @Override
    public Iterator<Object> iterator() {
        return elements;
    }
}
