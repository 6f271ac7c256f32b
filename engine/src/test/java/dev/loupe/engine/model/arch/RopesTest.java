package dev.loupe.engine.model.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.ops.RopeTable;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Frequencies against values that transformers' formulas give by hand. */
class RopesTest {
    /**
     * Traps 13 and 14: Llama 3.2's factor 32, the old key {@code type}, and a position where float32 angles are off.
     */
    @Test
    void llama3StretchesLongWavesOnly() {
        for (String key : new String[] {"rope_type", "type"}) {
            RopeTable table = fixed(config(Map.of(
                    key,
                    "llama3",
                    "factor",
                    32.0,
                    "low_freq_factor",
                    1.0,
                    "high_freq_factor",
                    4.0,
                    "original_max_position_embeddings",
                    8192)));
            assertAngle(100_000, table, 0);
            double last = Math.pow(500_000, -126 / 128.0);
            assertAngle(100_000 * last / 32, table, 63);
            double middle = Math.pow(500_000, -64 / 128.0); // a wave of 4443, 1.84 of them in 8192 tokens
            double kept = (8192 * middle / (2 * Math.PI) - 1) / 3;
            assertAngle(100_000 * middle * ((1 - kept) / 32 + kept), table, 32);
        }
    }

    @Test
    void linearStretchesAll() {
        RopeTable table = fixed(config(Map.of("type", "linear", "factor", 4.0)));
        assertAngle(25_000, table, 0);
        assertAngle(25_000 * Math.pow(500_000, -2 / 128.0), table, 1);
    }

    @Test
    void longropeChoosesByLengthAndScales() {
        Config c = config(Map.of(
                "type",
                "longrope",
                "short_factor",
                filled(1),
                "long_factor",
                filled(2),
                "original_max_position_embeddings",
                4096));
        Rope.ByLength rope = assertInstanceOf(Rope.ByLength.class, Ropes.whole(c));
        assertEquals(4096, rope.border());
        assertTrue(rope.same(1, 4096) && rope.same(4097, 100_000) && !rope.same(4096, 4097));
        rope.beyond().ensure(3);
        rope.upTo().ensure(3);
        double magnitude = Math.sqrt(1 + Math.log(32) / Math.log(4096));
        assertEquals(Math.cos(1) * magnitude, rope.beyond().cos()[2 * 64], 1e-6);
        assertEquals(Math.sin(2) * magnitude, rope.upTo().sin()[2 * 64], 1e-6);
    }

    /** As by hand for 64 waves, base 500000, 4096 tokens: wave 20 turns 32 times or more, wave 33 once or less. */
    @Test
    void yarnStretchesWhatTurnsSeldom() {
        RopeTable table =
                fixed(config(Map.of("rope_type", "yarn", "factor", 4.0, "original_max_position_embeddings", 4096)));
        double low = Math.floor(64 * Math.log(4096 / (32 * 2 * Math.PI)) / Math.log(500_000));
        double high = Math.ceil(64 * Math.log(4096 / (2 * Math.PI)) / Math.log(500_000));
        table.ensure(2);
        double magnitude = 0.1 * Math.log(4) + 1;
        for (int wave = 0; wave < 64; wave++) {
            double stretched = Math.clamp((wave - low) / (high - low), 0, 1);
            double frequency = Math.pow(500_000, -wave / 64.0) * (stretched / 4 + 1 - stretched);
            assertEquals(Math.sin(frequency) * magnitude, table.sin()[64 + wave], 1e-6, "wave " + wave);
        }
    }

    @Test
    void whatIsNotComputedIsRefusedByName() {
        refused("ntk", Map.of("rope_type", "ntk", "factor", 4.0));
        refused("factor", Map.of("type", "linear"));
        refused("factor", Map.of("type", "linear", "factor", 0));
        refused(
                "63 factors",
                Map.of("rope_type", "factors", "factors", filled(1).subList(0, 63)));
        refused("0.0", Map.of("rope_type", "factors", "factors", filled(0)));
    }

    private static void refused(String named, Map<String, Object> scaling) {
        var e = assertThrows(LoupeException.class, () -> Ropes.whole(config(scaling)));
        assertTrue(e.getMessage().contains(named), e.getMessage());
    }

    private static void assertAngle(double expected, RopeTable table, int pair) {
        table.ensure(100_001);
        assertEquals(Math.cos(expected), table.cos()[100_000 * 64 + pair], 1e-6);
        assertEquals(Math.sin(expected), table.sin()[100_000 * 64 + pair], 1e-6);
    }

    private static RopeTable fixed(Config c) {
        return assertInstanceOf(Rope.Fixed.class, Ropes.whole(c)).table();
    }

    private static List<Double> filled(double value) {
        return Collections.nCopies(64, value);
    }

    private static Config config(Map<String, Object> scaling) {
        var values = new HashMap<String, Object>();
        values.put("model_type", "llama");
        values.put("hidden_size", 2048);
        values.put("num_attention_heads", 16);
        values.put("max_position_embeddings", 131_072);
        values.put("rope_theta", 500_000.0);
        values.put("rope_scaling", scaling);
        return new Config(values);
    }
}
