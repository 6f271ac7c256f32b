package dev.loupe.engine.chat.jinja;

/** What a template can call: a global function, a method, a macro. */
interface Callable {
    Object call(Arguments arguments, Scope scope);
}
