package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.GenerateOptions;
import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Run;
import dev.loupe.engine.decode.TokenListener;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a listener hears of each token's probability is what a second reading says, and asking for it changes nothing.
 */
final class TokenProbabilitiesTest {
    @ParameterizedTest
    @ValueSource(strings = {"", " temperature=0.9 seed=3", " speculate"})
    void areTheModelsOwn(String how) {
        try (Llm llm = Loupe.load("smollm2")) {
            llm.speculate(how.contains("speculate") ? "lookup" : "off");
            var options = GenerateOptions.parse("raw max_tokens=16" + how.replace(" speculate", ""));
            var heard = new ArrayList<Double>();
            String prompt = "one two three one two three one two";
            Run run = llm.generate(prompt, options, new TokenListener() {
                @Override
                public boolean wantsProbabilities() {
                    return true;
                }

                @Override
                public void token(int id, String text) {
                    throw new AssertionError("without its probability");
                }

                @Override
                public void token(int id, String text, double probability) {
                    heard.add(probability);
                }
            });
            assertArrayEquals(llm.generate(prompt, options).ids(), run.ids());
            int[] all = IntStream.concat(IntStream.of(run.promptIds()), IntStream.of(run.ids()))
                    .toArray();
            var read = llm.alternatives(all, 1).tokens();
            List<Double> again = read.subList(run.promptIds().length, all.length).stream()
                    .map(position -> position.taken().probability())
                    .toList();
            assertTrue(heard.size() >= again.size(), heard + " " + again);
            for (int i = 0; i < again.size(); i++) {
                assertEquals(again.get(i), heard.get(i), 1e-6);
            }
        }
    }
}
