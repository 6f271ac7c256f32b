package dev.loupe.kernel.jupyter;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A Java kernel that magics can be added to. One small implementation a kernel; {@link MagicCommands} does the rest.
 */
public interface Host extends Screen, Looks.Renderer {
    /**
     * Adds a line magic.
     *
     * @param magic takes the words as the kernel has cut them; gives null for no value
     */
    void lineMagic(String name, Function<List<String>, Object> magic);

    /** Adds a cell magic, which takes the text under its line too. */
    void cellMagic(String name, BiFunction<List<String>, String, Object> magic);
}
