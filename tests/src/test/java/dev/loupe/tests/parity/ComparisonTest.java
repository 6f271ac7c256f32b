package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.Arguments;
import dev.loupe.Comparison;
import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Switch;
import dev.loupe.TextComparison;
import dev.loupe.datasets.Texts;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.PerplexityOptions;
import dev.loupe.engine.trace.Progress;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Switches by their names, and grids of their values. */
class ComparisonTest {
    private static Llm llm;

    @BeforeAll
    static void load() {
        llm = Loupe.load("smollm2");
    }

    @AfterAll
    static void close() {
        llm.close();
    }

    private static Map<String, String> switches() {
        return Switch.ALL.stream()
                .collect(Collectors.toMap(Switch::name, each -> each.current().apply(llm)));
    }

    /** Two values of each switch that this machine has, the usual one last. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    dtype     | sym_int8                      | stored
                    threads   | 1                             | 1
                    flash     | off                           | on
                    window    | 32 sinks=4                    | off
                    sparse    | topk=4 block=16               | off
                    cache     | k=sym_int8 v=sym_int4 compress=snapkv budget=32 | full k=fp32 v=fp32
                    speculate | self skip=3-5 draft=2         | off
                    """)
    void aSwitchReadsBackWhatItWasSetTo(String name, String value, String usual) {
        Switch each = Switch.of(name);
        each.apply().to(llm, value, Progress.NONE);
        String now = each.current().apply(llm);
        assertEquals(value, now);
        each.apply().to(llm, now, Progress.NONE);
        assertEquals(now, each.current().apply(llm), "what current says changes nothing");
        each.apply().to(llm, usual, Progress.NONE);
        assertEquals(usual, each.current().apply(llm));
    }

    @Test
    void aSwitchThatIsNotThereIsNamed() {
        var e = assertThrows(LoupeException.class, () -> Switch.of("dtpye"));
        assertTrue(e.getMessage().contains("did you mean dtype?"), e.getMessage());
        assertEquals(
                Switch.ALL.size(),
                Switch.ALL.stream().map(Switch::name).distinct().count());
        assertThrows(LoupeException.class, () -> Switch.of("flash").apply().to(llm, "maybe", Progress.NONE));
        assertThrows(LoupeException.class, () -> Switch.of("threads").apply().to(llm, "two", Progress.NONE));
    }

    @Test
    void everyCombinationInTurnInFreshSessions() {
        Map<String, String> before = switches();
        Comparison comparison =
                llm.compare("flash=on,off speculate=off,lookup rounds=2 max_tokens=8 prompt=\"One, two, one, two,\"");
        assertEquals(before, switches());
        assertEquals(
                List.of("on, off", "on, lookup", "off, off", "off, lookup"),
                comparison.rows().stream().map(Comparison.Row::label).toList());
        for (Comparison.Row row : comparison.rows()) {
            assertEquals(2, row.runs().size());
            row.runs().forEach(run -> assertEquals(0, run.reusedTokens(), "each reads its prompt"));
            assertEquals(-1, row.firstDifference(), "the same words");
            assertEquals(0, row.logProbabilityDifference(), 1e-3);
            assertTrue(row.tokensPerSecond() > 0 && row.bytes() > 0);
        }
        assertEquals(1, comparison.speedUp(comparison.rows().getFirst()));
    }

    @Test
    void textsOverTheSameGrid() {
        Map<String, String> before = switches();
        TextComparison comparison = texts("cache=\"full,compress=snapkv budget=24,q8_0\"", Progress.NONE);
        assertEquals(before, switches());
        List<TextComparison.Row> rows = comparison.rows();
        assertEquals("flash, cache sym_int8", rows.get(2).perplexity().attention(), "no value adds to another");
        assertEquals(0, comparison.increase(rows.getFirst()));
        assertTrue(Math.abs(comparison.increase(rows.get(2))) < 5, comparison::toString);
        assertTrue(comparison.increase(rows.get(1)) != 0, comparison::toString);
        long full = rows.getFirst().perplexity().cacheBytes();
        assertEquals(full * 34, rows.get(2).perplexity().cacheBytes() * 128);
    }

    private static TextComparison texts(String switches, Progress progress) {
        return TextComparison.of(
                llm,
                "primer",
                Texts.primer().content(),
                PerplexityOptions.of(64, 1),
                Arguments.parse(switches, Comparison.OPTIONS),
                progress);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "flash=on",
                "flash=,",
                "flash=on,of",
                "dtype=fp16,fp17",
                "flash=on,off rounds=0",
                "cache=\"compress=snapkv,full\" window=off,32",
                "flash=on,off prompt=\"\" max_tokens=0"
            })
    void whatCannotBeComparedIsRefusedAndChangesNothing(String options) {
        Map<String, String> before = switches();
        var e = assertThrows(LoupeException.class, () -> llm.compare(options));
        assertTrue(e.getMessage().matches("(?s).+[.?]"), e.getMessage());
        assertEquals(before, switches());
    }

    @Test
    void anEndHalfwaySetsTheSwitchesBack() {
        Map<String, String> before = switches();
        Arguments options = Arguments.parse("flash=off,on max_tokens=4", Comparison.OPTIONS);
        var end = new IllegalStateException("halfway");
        assertSame(
                end,
                assertThrows(
                        IllegalStateException.class,
                        () -> Comparison.of(llm, options, (task, done, total) -> {
                            if (done == 1) {
                                throw end;
                            }
                        })));
        assertEquals(before, switches());
    }
}
