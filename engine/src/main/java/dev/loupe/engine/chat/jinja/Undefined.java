package dev.loupe.engine.chat.jinja;

/**
 * The value of a name or item that is not there: empty text, false, without elements.
 *
 * <p>Invariant: anything else done with it fails with its reason.
 */
record Undefined(String reason) {
    static Undefined name(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    static Undefined attribute(Object object, String name) {
        return new Undefined("'" + Values.type(object) + "' object has no attribute '" + name + "'");
    }

    JinjaException failure() {
        return new JinjaException(reason);
    }
}
