package dev.loupe.engine.chat.jinja;

import java.util.List;

/** A node that writes text or sets variables. */
interface Statement {
    /** What a loop does after a statement. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    Flow execute(Scope scope, StringBuilder out);

    /** Statements in order. */
    record Body(List<Statement> statements) implements Statement {
        @Override
        public Flow execute(Scope scope, StringBuilder out) {
            for (Statement statement : statements) {
                Flow flow = statement.execute(scope, out);
                if (flow != Flow.NEXT) {
                    return flow;
                }
            }
            return Flow.NEXT;
        }

        /** What the body writes. */
        String text(Scope scope) {
            StringBuilder out = new StringBuilder();
            execute(scope, out);
            return out.toString();
        }
    }

    /** A statement that knows its line. */
    record Located(int line, Statement statement) implements Statement {
        @Override
        public Flow execute(Scope scope, StringBuilder out) {
            try {
                scope.budget().spend(1);
                return statement.execute(scope, out);
            } catch (JinjaException e) {
                throw e.at(line);
            }
        }
    }

    record Text(String text) implements Statement {
        @Override
        public Flow execute(Scope scope, StringBuilder out) {
            out.append(scope.budget().text(text));
            return Flow.NEXT;
        }
    }

    /** {@code {{ value }}}. */
    record Print(Expression value) implements Statement {
        @Override
        public Flow execute(Scope scope, StringBuilder out) {
            out.append(scope.budget().text(Values.text(value.evaluate(scope))));
            return Flow.NEXT;
        }
    }

    record If(List<Expression> conditions, List<Body> bodies, Body otherwise) implements Statement {
        @Override
        public Flow execute(Scope scope, StringBuilder out) {
            for (int i = 0; i < conditions.size(); i++) {
                if (Values.truth(conditions.get(i).evaluate(scope))) {
                    return bodies.get(i).execute(scope, out);
                }
            }
            return otherwise.execute(scope, out);
        }
    }

    record Assign(Target target, Expression value) implements Statement {
        @Override
        public Flow execute(Scope scope, StringBuilder out) {
            target.assign(scope, value.evaluate(scope));
            return Flow.NEXT;
        }
    }

    /** A set block: what the body writes, after the filters, becomes the value. */
    record AssignBlock(Target target, List<Filter> filters, Body body) implements Statement {
        @Override
        public Flow execute(Scope scope, StringBuilder out) {
            target.assign(scope, Filter.apply(filters, body.text(scope.inner()), scope));
            return Flow.NEXT;
        }
    }

    record FilterBlock(List<Filter> filters, Body body) implements Statement {
        @Override
        public Flow execute(Scope scope, StringBuilder out) {
            Object filtered = Filter.apply(filters, body.text(scope.inner()), scope);
            out.append(scope.budget().text(Values.text(filtered)));
            return Flow.NEXT;
        }
    }

    /** A filter without its value. */
    record Filter(String name, Expression.ArgumentList arguments) {
        static Object apply(List<Filter> filters, Object value, Scope scope) {
            Object filtered = value;
            for (Filter filter : filters) {
                filtered = Filters.apply(filter.name, filtered, filter.arguments.evaluate(scope), scope);
            }
            return filtered;
        }
    }

    record With(List<Target> targets, List<Expression> values, Body body) implements Statement {
        @Override
        public Flow execute(Scope scope, StringBuilder out) {
            Scope inner = scope.inner();
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(inner, values.get(i).evaluate(scope));
            }
            return body.execute(inner, out);
        }
    }

    record DefineMacro(Macro.Definition macro) implements Statement {
        @Override
        public Flow execute(Scope scope, StringBuilder out) {
            scope.set(macro.name(), new Macro(macro, scope));
            return Flow.NEXT;
        }
    }

    /** A call whose body becomes the macro's {@code caller()}. */
    record CallBlock(Macro.Definition caller, Expression.Call call) implements Statement {
        @Override
        public Flow execute(Scope scope, StringBuilder out) {
            Object result = call.evaluate(scope, new Macro(caller, scope));
            out.append(scope.budget().text(Values.text(result)));
            return Flow.NEXT;
        }
    }

    record Leave(Flow flow) implements Statement {
        @Override
        public Flow execute(Scope scope, StringBuilder out) {
            return flow;
        }
    }
}
