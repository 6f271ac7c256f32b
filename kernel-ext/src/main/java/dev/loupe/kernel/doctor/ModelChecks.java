package dev.loupe.kernel.doctor;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.hub.ModelStore;
import java.nio.file.Path;
import java.util.List;

/** Whether there is a model to begin with. */
final class ModelChecks {
    private ModelChecks() {}

    static List<Check> all() {
        return List.of(named("smollm2"));
    }

    static Check named(String name) {
        try {
            Path path = ModelStore.find(name);
            return Check.ok("Model " + name, path.toString());
        } catch (LoupeException e) {
            return Check.warn("Model " + name, "not found", e.getMessage());
        }
    }
}
