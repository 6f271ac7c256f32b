package dev.loupe.kernel.notebook;

import dev.loupe.engine.LoupeException;
import java.lang.reflect.Modifier;
import java.util.List;

/**
 * How compiled cells reach the kernel: values on their way into a variable, and magics within braces.
 *
 * <p>Public because a cell's classes call it. Invariant: a value is taken once.
 */
public final class Held {
    private static Object value;
    private static LoupeKernel kernel;

    private Held() {}

    static synchronized void kernel(LoupeKernel running) {
        kernel = running;
    }

    /** Holds a value, and returns the Java that puts it where {@code target} says: {@code var run}, {@code run}. */
    static synchronized String assign(String target, Object next) {
        value = next;
        String cast = target.startsWith("var ") ? "(" + type(next.getClass()) + ") " : "";
        return "%s = %s%s.take();".formatted(target, cast, Held.class.getName());
    }

    /** The nearest type that cells may name. */
    private static String type(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (Modifier.isPublic(c.getModifiers()) && c.getCanonicalName() != null) {
                return c.getCanonicalName();
            }
        }
        return "Object";
    }

    /** Gives the held value away. */
    @SuppressWarnings("unchecked")
    public static synchronized <T> T take() {
        Object taken = value;
        value = null;
        return (T) taken;
    }

    /**
     * Runs a magic that stands within braces.
     *
     * @param line its arguments, unfilled
     * @param names expressions in it
     * @param values theirs
     */
    @SuppressWarnings("unchecked")
    public static <T> T magic(String name, String line, String[] names, Object... values) {
        LoupeKernel running;
        synchronized (Held.class) {
            running = kernel;
        }
        List<String> known = List.of(names);
        String filled = Interpolation.fill(line, known::contains, expression -> values[known.indexOf(expression)]);
        try {
            return (T) running.magic(name, filled);
        } catch (CellException e) {
            throw new LoupeException(e.getMessage());
        }
    }

    /** The Java that runs a magic within braces. */
    static String nested(CellCode.Magic magic, List<String> expressions) {
        String names = String.join(", ", expressions.stream().map(Held::literal).toList());
        String values = expressions.isEmpty() ? "" : ", " + String.join(", ", expressions);
        return "%s%s%s.magic(%s, %s, new String[] {%s}%s);\n"
                .formatted(
                        magic.indent(),
                        magic.target().isEmpty() ? "" : magic.target() + " = ",
                        Held.class.getName(),
                        literal(magic.name()),
                        literal(magic.arguments()),
                        names,
                        values);
    }

    private static String literal(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
