package dev.loupe.engine.model.arch;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.ops.RopeTable;
import java.util.Map;

/** The rotary table that a config asks for; a scaling that is not known fails by name. */
final class RopeScaling {
    private RopeScaling() {}

    static RopeTable table(Config c) {
        Object scaling = c.find("rope_scaling").orElse(null);
        if (scaling == null) {
            return RopeTable.of(c.headDim(), c.ropeTheta());
        }
        Object type = scaling instanceof Map<?, ?> map
                ? map.containsKey("rope_type") ? map.get("rope_type") : map.get("type")
                : scaling;
        throw new LoupeException(
                "RoPE scaling \"%s\" is not supported yet; choose a model without it.".formatted(type));
    }
}
