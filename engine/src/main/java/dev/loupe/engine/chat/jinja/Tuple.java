package dev.loupe.engine.chat.jinja;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;

/** A Python tuple: a list that prints with round brackets, and equals tuples only. */
final class Tuple extends AbstractList<Object> {
    private final List<Object> elements;
    private final List<String> names;

    private Tuple(List<Object> elements, List<String> names) {
        this.elements = elements;
        this.names = names;
    }

    static Tuple of(Object... elements) {
        return new Tuple(Arrays.asList(elements), List.of());
    }

    static Tuple of(List<Object> elements) {
        return new Tuple(elements, List.of());
    }

    /** A tuple whose elements also have names. */
    static Tuple named(List<String> names, Object... elements) {
        return new Tuple(Arrays.asList(elements), names);
    }

    /** Position of a name, or -1. */
    int indexOfName(String name) {
        return names.indexOf(name);
    }

    @Override
    public Object get(int index) {
        return elements.get(index);
    }

    @Override
    public int size() {
        return elements.size();
    }
}
