package dev.loupe.engine.chat.jinja;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The functions that every template has: Jinja's, and Hugging Face's {@code raise_exception}, {@code strftime_now}. */
final class Globals {
    private static final int LONGEST_RANGE = 100_000;

    private Globals() {}

    /** @param now what time it is for {@code strftime_now} */
    static Map<String, Object> of(Supplier<LocalDateTime> now) {
        Map<String, Object> globals = new HashMap<>();
        globals.put("raise_exception", (Callable) (arguments, scope) -> {
            throw JinjaException.raised(Values.text(arguments.bind("message").required("message")));
        });
        globals.put("strftime_now", (Callable) (arguments, scope) -> {
            return Strftime.format(
                    now.get(), Values.text(arguments.bind("format").required("format")));
        });
        globals.put("namespace", (Callable) (arguments, scope) -> {
            Namespace namespace = new Namespace();
            dict(arguments).forEach((name, value) -> namespace.set(Values.text(name), value));
            return namespace;
        });
        globals.put("dict", (Callable) (arguments, scope) -> dict(arguments));
        globals.put("range", (Callable) Globals::range);
        globals.put("joiner", (Callable)
                (arguments, scope) -> joiner(arguments.bind("sep").text("sep", ", ")));
        globals.put("cycler", (Callable) (arguments, scope) -> new Cycler(arguments.positional()));
        return globals;
    }

    private static Map<Object, Object> dict(Arguments arguments) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        if (!arguments.positional().isEmpty()) {
            if (arguments.required(0) instanceof Map<?, ?> map) {
                dict.putAll(map);
            } else {
                for (Object pair : Values.list(arguments.required(0))) {
                    List<Object> entry = Values.list(pair);
                    if (entry.size() != 2 || !Comparison.isKey(entry.get(0))) {
                        throw new JinjaException("a dict is made of pairs of key and value");
                    }
                    dict.put(entry.get(0), entry.get(1));
                }
            }
        }
        dict.putAll(arguments.named());
        return dict;
    }

    private static Object range(Arguments arguments, Scope scope) {
        int count = arguments.positional().size();
        long start = count < 2 ? 0 : Values.integer(arguments.required(0));
        long stop = Values.integer(arguments.required(count < 2 ? 0 : 1));
        long step = count < 3 ? 1 : Values.integer(arguments.required(2));
        if (step == 0) {
            throw new JinjaException("the range step is zero");
        }
        long length = Math.max(0, (stop - start + (step > 0 ? step - 1 : step + 1)) / step);
        if (length > LONGEST_RANGE) {
            throw new JinjaException("the range has more than " + LONGEST_RANGE + " elements");
        }
        scope.budget().spend(length);
        List<Object> range = new ArrayList<>();
        for (long i = 0; i < length; i++) {
            range.add(start + i * step);
        }
        return range;
    }

    private static Callable joiner(String separator) {
        boolean[] used = {false};
        return (arguments, scope) -> {
            String text = used[0] ? separator : "";
            used[0] = true;
            return text;
        };
    }

    /** The object of {@code cycler(...)}. */
    private static final class Cycler implements Attributed {
        private final List<Object> values;
        private int at;

        Cycler(List<Object> values) {
            if (values.isEmpty()) {
                throw new JinjaException("a cycler needs values");
            }
            this.values = values;
        }

        @Override
        public Object attribute(String name) {
            return switch (name) {
                case "current" -> values.get(at);
                case "next" ->
                    (Callable) (arguments, scope) -> {
                        Object value = values.get(at);
                        at = (at + 1) % values.size();
                        return value;
                    };
                case "reset" ->
                    (Callable) (arguments, scope) -> {
                        at = 0;
                        return null;
                    };
                default -> Undefined.attribute(this, name);
            };
        }
    }
}
