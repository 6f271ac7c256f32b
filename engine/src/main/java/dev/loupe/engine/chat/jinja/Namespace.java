package dev.loupe.engine.chat.jinja;

import java.util.HashMap;
import java.util.Map;

/** The object of {@code namespace()}: its attributes can be set from an inner scope. */
final class Namespace implements Attributed {
    private final Map<String, Object> attributes = new HashMap<>();

    void set(String name, Object value) {
        if (name.startsWith("_")) {
            throw new JinjaException("a namespace cannot hold '" + name + "'");
        }
        attributes.put(name, value);
    }

    @Override
    public Object attribute(String name) {
        return attributes.containsKey(name) ? attributes.get(name) : Undefined.attribute(this, name);
    }
}
