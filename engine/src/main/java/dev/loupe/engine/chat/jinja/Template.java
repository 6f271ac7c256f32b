package dev.loupe.engine.chat.jinja;

import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A Jinja template (jinja.palletsprojects.com/templates), with the settings and functions that Hugging Face gives chat
 * templates: {@code trim_blocks}, {@code lstrip_blocks}, {@code break} and {@code continue}, {@code tojson},
 * {@code raise_exception}, {@code strftime_now}, and a sandbox in which nothing can be changed.
 *
 * <p>Invariant: whatever the template says, parsing and rendering end, within memory and time linear in their input,
 * with a text or a {@link JinjaException}.
 */
public final class Template {
    private final Statement.Body body;

    private Template(Statement.Body body) {
        this.body = body;
    }

    /** @throws JinjaException if the source is no template */
    public static Template parse(String source) {
        try {
            return new Template(Parser.parse(source));
        } catch (StackOverflowError e) {
            throw new JinjaException("it is nested too deep").at(1);
        }
    }

    /**
     * The text for these variables (null, Boolean, numbers, String, List, Map).
     *
     * @param now what time it is for {@code strftime_now}
     * @throws JinjaException if the template fails or refuses
     */
    public String render(Map<String, ?> variables, Supplier<LocalDateTime> now) {
        Map<String, Object> values = new HashMap<>();
        long size = 0;
        for (Map.Entry<String, ?> variable : variables.entrySet()) {
            Object value = Values.of(variable.getValue());
            size += Values.size(value);
            values.put(variable.getKey(), value);
        }
        Scope globals = Scope.root(Globals.of(now), new Budget(size));
        Scope scope = globals.inner();
        values.forEach(scope::set);
        try {
            return body.text(scope);
        } catch (StackOverflowError e) {
            throw new JinjaException("it recurses too deep").at(1);
        }
    }
}
