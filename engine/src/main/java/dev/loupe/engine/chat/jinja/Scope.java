package dev.loupe.engine.chat.jinja;

import java.util.HashMap;
import java.util.Map;

/** The variables that a part of a template sees: its own, then those around it. */
final class Scope {
    private final Scope outer;
    private final Budget budget;
    private final Map<String, Object> variables = new HashMap<>();

    private Scope(Scope outer, Budget budget) {
        this.outer = outer;
        this.budget = budget;
    }

    static Scope root(Map<String, Object> variables, Budget budget) {
        Scope scope = new Scope(null, budget);
        scope.variables.putAll(variables);
        return scope;
    }

    Scope inner() {
        return new Scope(this, budget);
    }

    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            if (scope.variables.containsKey(name)) {
                return scope.variables.get(name);
            }
        }
        return Undefined.name(name);
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }

    Budget budget() {
        return budget;
    }
}
