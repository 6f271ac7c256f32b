package dev.loupe.engine.hub;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Paths as people type them: a leading {@code ~} is the home folder. */
public final class UserPath {
    private UserPath() {}

    /** @throws InvalidPathException if it is no path on this system */
    public static Path of(String text) {
        return text.equals("~") || text.startsWith("~/")
                ? Path.of(System.getProperty("user.home") + text.substring(1))
                : Path.of(text);
    }
}
