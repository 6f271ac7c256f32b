package dev.loupe.engine.model.arch;

import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.ops.RopeTable;

/**
 * YaRN (arXiv:2309.00071): waves that turn often within the original context stay, those that turn seldom are
 * stretched, those between are blended; the scores grow with the stretch.
 *
 * <p>Invariant: as transformers' {@code _compute_yarn_parameters}, whose keys and defaults these are.
 */
final class Yarn {
    private Yarn() {}

    /**
     * @param plain frequencies without scaling
     * @param context {@code max_position_embeddings}
     */
    static Rope of(double[] plain, Config scaling, double theta, int context) {
        double original = Ropes.positive(scaling, "original_max_position_embeddings");
        double factor = scaling.find("factor").isPresent() ? Ropes.positive(scaling, "factor") : context / original;
        double low = border(orElse(scaling, "beta_fast", 32), plain.length, theta, original);
        double high = border(orElse(scaling, "beta_slow", 1), plain.length, theta, original);
        if (scaling.flag("truncate", true)) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, 2 * plain.length - 1);
        double width = low == high ? 0.001 : high - low;
        var frequencies = new double[plain.length];
        for (int i = 0; i < plain.length; i++) {
            double stretched = Math.clamp((i - low) / width, 0, 1);
            frequencies[i] = plain[i] * (stretched / factor + (1 - stretched));
        }
        return new Rope.Fixed(new RopeTable(frequencies, magnitude(scaling, factor)));
    }

    /** Index of the wave that turns so often within the original context. */
    private static double border(double turns, int waves, double theta, double original) {
        return waves * Math.log(original / (turns * 2 * Math.PI)) / Math.log(theta);
    }

    private static double magnitude(Config scaling, double factor) {
        double mscale = scaling.number("mscale", 0);
        double allDim = scaling.number("mscale_all_dim", 0);
        double inferred = mscale != 0 && allDim != 0
                ? magnitude(factor, mscale) / magnitude(factor, allDim)
                : magnitude(factor, 1);
        return scaling.number("attention_factor", inferred);
    }

    private static double magnitude(double factor, double mscale) {
        return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }

    /** Zero counts as absent. */
    private static double orElse(Config scaling, String key, double absent) {
        double value = scaling.number(key, 0);
        return value == 0 ? absent : value;
    }
}
