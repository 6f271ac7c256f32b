package dev.loupe.engine.model.arch;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.ops.RopeTable;
import java.util.Arrays;

/**
 * The rotary positions that a config asks for, by transformers' {@code modeling_rope_utils.py}.
 *
 * <p>Invariant: every number comes from the config, none is a constant; a scaling that is not known fails by name.
 */
final class Ropes {
    private Ropes() {}

    /** All dimensions of a head turn. */
    static Rope whole(Config c) {
        double share = c.number("partial_rotary_factor", 1);
        if (share != 1) {
            throw new LoupeException(
                    "The model turns %s of each head (partial_rotary_factor), which %s does not support; use another model."
                            .formatted(share, c.modelType()));
        }
        return of(c, c.headDim());
    }

    /** The first {@code partial_rotary_factor} of the dimensions of a head turn. */
    static Rope partial(Config c) {
        return of(c, (int) (c.headDim() * c.number("partial_rotary_factor", 1) + 1e-6));
    }

    /** Without scaling. */
    static Rope plain(Config c, double theta) {
        return fixed(frequencies(c, c.headDim(), theta));
    }

    private static Rope of(Config c, int rotaryDim) {
        double[] plain = frequencies(c, rotaryDim, c.ropeTheta());
        Config scaling = c.ropeScaling().orElse(null);
        if (scaling == null) {
            return fixed(plain);
        }
        String type = scaling.text("rope_type").orElse("");
        return switch (type) {
            case "linear" -> fixed(divided(plain, filled(plain.length, positive(scaling, "factor"))));
            case "llama3" -> fixed(llama3(plain, scaling));
            case "factors" -> fixed(divided(plain, scaling.numbers("factors")));
            case "dynamic" -> fixed(plain); // changes only beyond max_position_embeddings, where our context ends
            case "yarn" -> Yarn.of(plain, scaling, c.ropeTheta(), c.maxPositionEmbeddings());
            case "longrope" -> longrope(plain, scaling, c.maxPositionEmbeddings());
            default ->
                throw new LoupeException(
                        "The model's RoPE scaling \"%s\" is not supported; supported are linear, dynamic, yarn, llama3 and longrope."
                                .formatted(type));
        };
    }

    private static Rope fixed(double[] frequencies) {
        return new Rope.Fixed(new RopeTable(frequencies, 1));
    }

    private static double[] frequencies(Config c, int rotaryDim, double theta) {
        if (rotaryDim < 2 || rotaryDim % 2 != 0 || rotaryDim > c.headDim() || !(theta > 0)) {
            throw new LoupeException(
                    "The model's config asks to turn %d of %d dimensions with rope_theta %s, which cannot be; the file is damaged."
                            .formatted(rotaryDim, c.headDim(), theta));
        }
        return RopeTable.frequencies(rotaryDim, theta);
    }

    /** Llama 3.1 (arXiv:2407.21783): long waves are stretched, short ones stay, those between are blended. */
    private static double[] llama3(double[] plain, Config scaling) {
        double factor = positive(scaling, "factor");
        double low = positive(scaling, "low_freq_factor");
        double high = positive(scaling, "high_freq_factor");
        double context = positive(scaling, "original_max_position_embeddings");
        var frequencies = new double[plain.length];
        for (int i = 0; i < plain.length; i++) {
            double waves = context * plain[i] / (2 * Math.PI); // in the original context
            double kept = waves < low ? 0 : waves > high ? 1 : (waves - low) / (high - low);
            frequencies[i] = plain[i] * ((1 - kept) / factor + kept);
        }
        return frequencies;
    }

    /** LongRoPE (arXiv:2402.13753) with the magnitude that makes up for the longer context. */
    private static Rope longrope(double[] plain, Config scaling, int context) {
        int original = (int) positive(scaling, "original_max_position_embeddings");
        double stretch = scaling.number("factor", (double) context / original);
        double magnitude = scaling.number(
                "attention_factor", stretch <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(original)));
        return new Rope.ByLength(
                new RopeTable(divided(plain, scaling.numbers("short_factor")), magnitude),
                new RopeTable(divided(plain, scaling.numbers("long_factor")), magnitude),
                original);
    }

    private static double[] divided(double[] frequencies, double[] factors) {
        if (factors.length != frequencies.length) {
            throw new LoupeException(
                    "The model's RoPE scaling has %d factors for %d frequencies; the file is damaged or of another kind."
                            .formatted(factors.length, frequencies.length));
        }
        var divided = new double[frequencies.length];
        for (int i = 0; i < divided.length; i++) {
            if (!(factors[i] > 0)) {
                throw new LoupeException(
                        "The model's RoPE scaling has the factor %s, which cannot be; the file is damaged."
                                .formatted(factors[i]));
            }
            divided[i] = frequencies[i] / factors[i];
        }
        return divided;
    }

    private static double[] filled(int length, double value) {
        var values = new double[length];
        Arrays.fill(values, value);
        return values;
    }

    static double positive(Config scaling, String key) {
        double value = scaling.number(key);
        if (!(value > 0)) {
            throw new LoupeException("The model's RoPE scaling says %s = %s, which cannot be; the file is damaged."
                    .formatted(key, value));
        }
        return value;
    }
}
