package dev.loupe.engine.chat.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A macro with the scope it was defined in.
 *
 * <p>Invariant: a call sees its arguments and that scope, and nothing of the scope it is called from.
 */
final class Macro implements Callable, Attributed {
    private final Definition definition;
    private final Scope home;

    /**
     * What the template says.
     *
     * @param defaults of the last parameters
     * @param used those of {@code varargs}, {@code kwargs} and {@code caller} that the body uses
     */
    record Definition(
            String name, List<String> parameters, List<Expression> defaults, List<String> used, Statement.Body body) {}

    Macro(Definition definition, Scope home) {
        this.definition = definition;
        this.home = home;
    }

    @Override
    public Object call(Arguments arguments, Scope scope) {
        scope.budget().spend(10);
        Scope inner = home.inner();
        List<String> parameters = definition.parameters;
        List<Object> positional = arguments.positional();
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i);
            if (i < positional.size()) {
                if (named.containsKey(parameter)) {
                    throw failure("got two values for '" + parameter + "'");
                }
                inner.set(parameter, positional.get(i));
            } else if (named.containsKey(parameter)) {
                inner.set(parameter, named.remove(parameter));
            } else {
                inner.set(parameter, absent(i, inner));
            }
        }
        bindRest(inner, positional, named);
        return definition.body.text(inner);
    }

    private Object absent(int parameter, Scope inner) {
        int i = parameter - definition.parameters.size() + definition.defaults.size();
        return i >= 0
                ? definition.defaults.get(i).evaluate(inner)
                : new Undefined("parameter '" + definition.parameters.get(parameter) + "' was not provided");
    }

    private void bindRest(Scope inner, List<Object> positional, Map<String, Object> named) {
        int parameters = definition.parameters.size();
        if (definition.used.contains("caller") && !definition.parameters.contains("caller")) {
            Object caller = named.remove("caller");
            inner.set("caller", caller == null ? new Undefined("No caller defined") : caller);
        }
        if (definition.used.contains("kwargs")) {
            inner.set("kwargs", new LinkedHashMap<Object, Object>(named));
        } else if (!named.isEmpty()) {
            throw failure("takes no argument '" + named.keySet().iterator().next() + "'");
        }
        if (definition.used.contains("varargs")) {
            int from = Math.min(parameters, positional.size());
            inner.set("varargs", Tuple.of(positional.subList(from, positional.size())));
        } else if (positional.size() > parameters) {
            throw failure("takes not more than " + parameters + " arguments");
        }
    }

    private JinjaException failure(String what) {
        return new JinjaException("macro '" + definition.name + "' " + what);
    }

    @Override
    public Object attribute(String name) {
        return switch (name) {
            case "name" -> definition.name;
            case "arguments" -> Tuple.of(List.copyOf(definition.parameters));
            default -> Undefined.attribute(this, name);
        };
    }
}
