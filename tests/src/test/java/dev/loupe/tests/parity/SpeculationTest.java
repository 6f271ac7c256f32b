package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loupe.GenerateOptions;
import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.decode.TokenSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every drafter on SmolLM2 in fp32: the same tokens as without, bit for bit, whatever was drafted. */
class SpeculationTest {
    private static final String GREEDY = "max_tokens=48 raw ignore_eos";
    private static final Map<String, int[]> PLAIN = new LinkedHashMap<>();
    private static Llm llm;

    @BeforeAll
    static void load() {
        llm = Loupe.load("smollm2", "dtype=fp32");
        JsonNode cases =
                Reference.json("real-models/SmolLM2-135M-Instruct-Q4_1.json").get("cases");
        StreamSupport.stream(cases.spliterator(), false)
                .map(c -> c.get("prompt").asText())
                .forEach(
                        prompt -> PLAIN.put(prompt, llm.generate(prompt, GREEDY).ids()));
    }

    @AfterAll
    static void close() {
        llm.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "self draft=3 adaptive=off",
                "self skip=14-17 draft=3 adaptive=off",
                "lookup adaptive=off",
                "model smollm2 dtype=sym_int4 draft=4 adaptive=off threshold=0.3",
                "self"
            })
    void greedyTokensStayTheSame(String mode) {
        llm.speculate(mode);
        assertEquals(mode, llm.speculate());
        int drafted = 0;
        int accepted = 0;
        for (var plain : PLAIN.entrySet()) {
            Run run = llm.generate(plain.getKey(), GREEDY);
            assertArrayEquals(plain.getValue(), run.ids(), plain.getKey());
            assertEquals(mode, run.drafts().mode());
            long taken = Arrays.stream(run.drafts().sources(run.ids().length))
                    .filter(source -> source == TokenSource.ACCEPTED)
                    .count();
            assertEquals(run.drafts().accepted(), taken);
            drafted += run.drafts().drafted();
            accepted += run.drafts().accepted();
        }
        boolean adaptive = !mode.contains("adaptive=off"); // then it may draft nothing, where that is no gain
        assertTrue(adaptive || accepted > 0 && accepted < drafted, accepted + " of " + drafted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "self draft=4 adaptive=off",
                "self",
                "self skip=14-17 draft=3 adaptive=off",
                "lookup adaptive=off",
                "model smollm2 draft=4 adaptive=off"
            })
    void aStopLeavesNothingBehind(String mode) {
        llm.speculate(mode);
        String prompt = PLAIN.keySet().iterator().next();
        var options = GenerateOptions.parse(GREEDY);
        var heard = new int[1];
        Run stopped = llm.generate(prompt, options, (id, text) -> {
            if (++heard[0] == 5) {
                llm.cancel();
            }
        });
        assertEquals(FinishReason.CANCELLED, stopped.finish());
        assertArrayEquals(Arrays.copyOf(PLAIN.get(prompt), stopped.ids().length), stopped.ids());
        assertArrayEquals(PLAIN.get(prompt), llm.generate(prompt, GREEDY).ids());
    }

    @Test
    void stopStringsAndLimitsEndWhereTheyDoWithout() {
        String options = "max_tokens=40 raw stop=\"is a\"";
        String prompt = "The capital of France is";
        llm.speculate("off");
        Run plain = llm.generate(prompt, options);
        llm.speculate("self draft=7 adaptive=off");
        Run drafted = llm.generate(prompt, options);
        assertEquals(plain.text(), drafted.text());
        assertEquals(plain.finish(), drafted.finish());
        assertArrayEquals(plain.ids(), drafted.ids());
        assertEquals(3, llm.generate(prompt, "max_tokens=3 raw").ids().length);
    }

    @Test
    void theDraftsMemoryIsInTheLedgerAndGoesAgain() {
        llm.speculate("off");
        long before = llm.status().memory().total();
        llm.speculate("self");
        assertTrue(llm.status().memory().weights().get("sym_int4") > 40 << 20);
        assertTrue(
                llm.status().speculate().matches("self \\(\\d+ MiB\\)"),
                llm.status().speculate());
        llm.speculate("off");
        assertEquals(before, llm.status().memory().total());
    }

    /** A copy in as few bits as the model has is no gain, and that is said. */
    @Test
    void aCopyAsLargeAsTheModelIsNoted() {
        llm.speculate("self");
        assertTrue(llm.status().notes().stream().noneMatch(note -> note.contains("drafts")));
        llm.speculate("off").dtype("stored").speculate("self");
        assertTrue(llm.status().notes().stream().anyMatch(note -> note.contains("copy that drafts takes")));
        llm.speculate("off").dtype("fp32");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "slef",
                "self draft=0",
                "self draft=99",
                "self threshold=2",
                "self skip=0-99",
                "self skip=0-29",
                "self skip=a",
                "lookup skip=3",
                "model",
                "model nowhere",
                "self dtype=fp5",
                "off off",
                ""
            })
    void wrongModesAreRefusedAndChangeNothing(String mode) {
        llm.speculate("lookup");
        var e = assertThrows(LoupeException.class, () -> llm.speculate(mode));
        assertTrue(e.getMessage().endsWith(".") || e.getMessage().endsWith("?"), e.getMessage());
        assertEquals("lookup", llm.speculate());
    }
}
