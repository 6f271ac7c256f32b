package dev.loupe.engine.chat.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A node that has a value. */
interface Expression {
    Object evaluate(Scope scope);

    record Constant(Object value) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return value;
        }
    }

    record Name(String name) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            scope.budget().spend(1);
            return scope.get(name);
        }
    }

    record ListLiteral(List<Expression> elements, boolean tuple) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            scope.budget().spend(1 + elements.size());
            List<Object> values = new ArrayList<>();
            for (Expression element : elements) {
                values.add(element.evaluate(scope));
            }
            return tuple ? Tuple.of(values) : values;
        }
    }

    record DictLiteral(List<Expression> keys, List<Expression> values) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            scope.budget().spend(1 + keys.size());
            Map<Object, Object> dict = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                dict.put(key(keys.get(i).evaluate(scope)), values.get(i).evaluate(scope));
            }
            return dict;
        }

        private static Object key(Object key) {
            if (!Comparison.isKey(key)) {
                throw new JinjaException("a " + Values.type(key) + " cannot be a key of a dict");
            }
            return Markup.plain(key);
        }
    }

    /** {@code object.name}: an attribute, or else an item. */
    record Attribute(Expression object, String name) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            scope.budget().spend(1);
            return Members.attribute(object.evaluate(scope), name);
        }
    }

    /** {@code object[key]}: an item, or else an attribute. */
    record Item(Expression object, Expression key) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            scope.budget().spend(1);
            return Members.item(object.evaluate(scope), key.evaluate(scope));
        }
    }

    /** {@code object[start:stop:step]}; what is left out is None. */
    record Slice(Expression object, Expression start, Expression stop, Expression step) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object value = object.evaluate(scope);
            return Members.slice(
                    value, start.evaluate(scope), stop.evaluate(scope), step.evaluate(scope), scope.budget());
        }
    }

    /** Arguments of a call; the expressions after {@code *} and {@code **} may be null. */
    record ArgumentList(List<Expression> positional, Map<String, Expression> named, Expression list, Expression dict) {
        static final ArgumentList NONE = new ArgumentList(List.of(), Map.of(), null, null);

        Arguments evaluate(Scope scope) {
            List<Object> values = new ArrayList<>();
            for (Expression argument : positional) {
                values.add(argument.evaluate(scope));
            }
            Map<String, Object> byName = new LinkedHashMap<>();
            named.forEach((name, argument) -> byName.put(name, argument.evaluate(scope)));
            if (list != null) {
                values.addAll(Values.list(list.evaluate(scope)));
            }
            if (dict != null) {
                if (!(dict.evaluate(scope) instanceof Map<?, ?> map)) {
                    throw new JinjaException("the argument after ** must be a dict");
                }
                map.forEach((name, value) -> byName.put(Values.text(name), value));
            }
            scope.budget().spend(1 + values.size() + byName.size());
            return new Arguments(values, byName);
        }
    }

    record Call(Expression callee, ArgumentList arguments) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return call(callee.evaluate(scope), arguments.evaluate(scope), scope);
        }

        /** Calls with a {@code caller}, as a call block does. */
        Object evaluate(Scope scope, Callable caller) {
            Arguments plain = arguments.evaluate(scope);
            Map<String, Object> named = new HashMap<>(plain.named());
            named.put("caller", caller);
            return call(callee.evaluate(scope), new Arguments(plain.positional(), named), scope);
        }

        private static Object call(Object callee, Arguments arguments, Scope scope) {
            return switch (callee) {
                case Callable callable -> callable.call(arguments, scope);
                case Undefined undefined -> throw undefined.failure();
                case null, default -> throw new JinjaException("'" + Values.type(callee) + "' object is not callable");
            };
        }
    }

    record FilterCall(Expression value, String name, ArgumentList arguments) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Filters.apply(name, value.evaluate(scope), arguments.evaluate(scope), scope);
        }
    }

    record TestCall(Expression value, String name, ArgumentList arguments) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Tests.apply(name, value.evaluate(scope), arguments.evaluate(scope), scope);
        }
    }

    record Not(Expression value) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return !Values.truth(value.evaluate(scope));
        }
    }

    record And(Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object value = left.evaluate(scope);
            return Values.truth(value) ? right.evaluate(scope) : value;
        }
    }

    record Or(Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object value = left.evaluate(scope);
            return Values.truth(value) ? value : right.evaluate(scope);
        }
    }

    /** {@code then if condition else otherwise}; {@code otherwise} may be null. */
    record Conditional(Expression condition, Expression then, Expression otherwise) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            if (Values.truth(condition.evaluate(scope))) {
                return then.evaluate(scope);
            }
            return otherwise == null ? new Undefined("the inline if has no else") : otherwise.evaluate(scope);
        }
    }

    /** {@code a < b <= c}: each neighbouring pair must hold. */
    record Compared(Expression first, List<String> operators, List<Expression> others) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object left = first.evaluate(scope);
            for (int i = 0; i < operators.size(); i++) {
                Object right = others.get(i).evaluate(scope);
                scope.budget().spend(1);
                if (!Operations.compare(operators.get(i), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        }
    }

    record Binary(String operator, Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            scope.budget().spend(1);
            return Operations.binary(operator, left.evaluate(scope), right.evaluate(scope), scope.budget());
        }
    }

    /** A sign before a number. */
    record Sign(boolean negative, Expression value) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Operations.binary(negative ? "-" : "+", 0L, value.evaluate(scope), scope.budget());
        }
    }

    /** {@code a ~ b}: joined as texts. */
    record Concatenation(List<Expression> parts) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            StringBuilder text = new StringBuilder();
            for (Expression part : parts) {
                text.append(scope.budget().text(Values.text(part.evaluate(scope))));
            }
            return text.toString();
        }
    }
}
