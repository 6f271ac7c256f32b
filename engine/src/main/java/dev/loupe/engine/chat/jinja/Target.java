package dev.loupe.engine.chat.jinja;

import java.util.List;

/** What a value is assigned to. */
sealed interface Target {
    void assign(Scope scope, Object value);

    record Variable(String name) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            scope.set(name, value);
        }
    }

    record NamespaceAttribute(String namespace, String attribute) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            if (!(scope.get(namespace) instanceof Namespace object)) {
                throw new JinjaException("cannot assign attribute on non-namespace object '" + namespace + "'");
            }
            object.set(attribute, value);
        }
    }

    record Unpacking(List<Target> targets) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            List<Object> values = Values.list(value);
            if (values.size() != targets.size()) {
                throw new JinjaException(values.size() + " values cannot be unpacked into " + targets.size());
            }
            for (int i = 0; i < values.size(); i++) {
                targets.get(i).assign(scope, values.get(i));
            }
        }
    }
}
