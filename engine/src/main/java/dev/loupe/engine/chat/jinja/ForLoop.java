package dev.loupe.engine.chat.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code {% for target in elements if condition recursive %}}.
 *
 * <p>Invariant: each turn has a scope of its own, so what it sets is gone in the next.
 *
 * @param condition may be null
 */
record ForLoop(
        Target target,
        Expression elements,
        Expression condition,
        boolean recursive,
        Statement.Body body,
        Statement.Body otherwise)
        implements Statement {

    @Override
    public Flow execute(Scope scope, StringBuilder out) {
        return run(elements.evaluate(scope), scope, out, 1);
    }

    private Flow run(Object iterable, Scope scope, StringBuilder out, int depth) {
        List<Object> items = selected(iterable, scope);
        Loop loop = new Loop(items, depth, scope);
        for (int i = 0; i < items.size(); i++) {
            scope.budget().spend(1);
            loop.index = i;
            Scope turn = scope.inner();
            turn.set("loop", loop);
            target.assign(turn, items.get(i));
            if (body.execute(turn, out) == Flow.BREAK) {
                break;
            }
        }
        return items.isEmpty() ? otherwise.execute(scope.inner(), out) : Flow.NEXT;
    }

    private List<Object> selected(Object iterable, Scope scope) {
        List<Object> all = Values.list(iterable);
        scope.budget().spend(1 + all.size());
        if (condition == null) {
            return all;
        }
        List<Object> selected = new ArrayList<>();
        for (Object item : all) {
            Scope turn = scope.inner();
            target.assign(turn, item);
            if (Values.truth(condition.evaluate(turn))) {
                selected.add(item);
            }
        }
        return selected;
    }

    /** The variable {@code loop} of a running loop. */
    private final class Loop implements Attributed, Callable {
        private final List<Object> items;
        private final int depth;
        private final Scope around;
        private int index;
        private List<Object> changed;

        Loop(List<Object> items, int depth, Scope around) {
            this.items = items;
            this.depth = depth;
            this.around = around;
        }

        @Override
        public Object attribute(String name) {
            return switch (name) {
                case "index" -> index + 1L;
                case "index0" -> (long) index;
                case "revindex" -> (long) items.size() - index;
                case "revindex0" -> items.size() - index - 1L;
                case "first" -> index == 0;
                case "last" -> index == items.size() - 1;
                case "length" -> (long) items.size();
                case "depth" -> (long) depth;
                case "depth0" -> depth - 1L;
                case "previtem" -> index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
                case "nextitem" ->
                    index + 1 < items.size() ? items.get(index + 1) : new Undefined("there is no next item");
                case "cycle" ->
                    (Callable) (arguments, scope) -> {
                        int values = arguments.positional().size();
                        return values == 0 ? arguments.required(0) : arguments.required(index % values);
                    };
                case "changed" -> (Callable) (arguments, scope) -> changed(arguments.positional());
                default -> Undefined.attribute(this, name);
            };
        }

        private boolean changed(List<Object> values) {
            boolean different = changed == null || !Comparison.equal(changed, values);
            changed = values;
            return different;
        }

        /** The loop again, over the elements of an element. */
        @Override
        public Object call(Arguments arguments, Scope scope) {
            if (!recursive) {
                throw new JinjaException("the loop is not marked 'recursive', so it cannot be called");
            }
            StringBuilder out = new StringBuilder();
            run(arguments.required(0), around, out, depth + 1);
            return out.toString();
        }
    }
}
