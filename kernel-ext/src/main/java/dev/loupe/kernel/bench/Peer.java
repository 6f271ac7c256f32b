package dev.loupe.kernel.bench;

import dev.loupe.engine.LoupeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Another engine, measured beside ours with the same file and threads. */
public sealed interface Peer permits LlamaBench, Llama3Java {
    /** What the options call it. */
    String name();

    /** One turn. */
    Rates measure(Path model, int threads, Workload work);

    /**
     * From "NAME=PATH" or "NAME=PATH -option value"; the name begins with that of the engine, so that two of a kind can
     * be told apart: "llama-bench-ik=/path/to/llama-bench -rtr 1".
     *
     * @throws LoupeException if the engine is not known or the file is not there
     */
    static Peer parse(String text) {
        String[] parts = text.split("=", 2);
        String[] command = (parts.length == 2 ? parts[1].strip() : "").split("\\s+(?=-)");
        if (parts.length < 2 || !parts[0].startsWith(LlamaBench.NAME) && !parts[0].startsWith(Llama3Java.NAME)) {
            throw new LoupeException("\"%s\" names no peer; use --peer %s=PATH or %s=PATH."
                    .formatted(text, LlamaBench.NAME, Llama3Java.NAME));
        }
        Path program = Path.of(command[0]);
        if (!Files.isRegularFile(program)) {
            throw new LoupeException("There is no file %s; give the path of %s.".formatted(program, parts[0]));
        }
        List<String> options = List.of(command).stream()
                .skip(1)
                .flatMap(option -> List.of(option.split("\\s+")).stream())
                .toList();
        return parts[0].startsWith(LlamaBench.NAME)
                ? new LlamaBench(parts[0], program, options)
                : new Llama3Java(parts[0], program, options);
    }
}
