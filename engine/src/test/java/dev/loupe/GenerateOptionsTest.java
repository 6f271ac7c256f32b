package dev.loupe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerateOptionsTest {
    @Test
    void defaultsAreGreedy() {
        assertEquals(
                new GenerateOptions(256, 0, 0, 1, 0, 1, 0, false, false, false, List.of()), GenerateOptions.parse(""));
        assertEquals("max_tokens=256 temperature=0", GenerateOptions.defaults().toString());
    }

    @Test
    void parsesEveryOption() {
        var options = GenerateOptions.parse("max_tokens=48 temperature=0.7 top_k=40 top_p=0.95 min_p=0.05 "
                + "repetition_penalty=1.1 seed=-42 raw ignore_eos stop=\"a b\" stop=\"\\n\"");
        assertEquals(
                new GenerateOptions(48, 0.7, 40, 0.95, 0.05, 1.1, -42, true, true, false, List.of("a b", "\n")),
                options);
    }

    @Test
    void laterOptionsChangeOnlyWhatTheyName() {
        var options = GenerateOptions.parse("temperature=0.8 raw stop=x").with("max_tokens=5 raw=false");
        assertEquals(GenerateOptions.parse("max_tokens=5 temperature=0.8 stop=x"), options);
        assertEquals(List.of("y"), options.with("stop=y").stop());
    }

    @Test
    void everyOptionHasADescriptionAndABuilderMethod() throws NoSuchMethodException {
        for (var component : GenerateOptions.class.getRecordComponents()) {
            String snake = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase();
            assertTrue(GenerateOptions.OPTIONS.stream().anyMatch(o -> o.name().equals(snake)), snake);
            Class<?> type = component.getType() == List.class ? String[].class : component.getType();
            GenerateOptions.Builder.class.getMethod(component.getName(), type);
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            delimiter = '>',
            value = {
                "max_tokens=0 > a whole number from 1",
                "max_tokens=99999999999 > a whole number from 1",
                "temperature=-1 > temperature cannot be -1; make it from 0 (greedy) to 100.",
                "temperature=NaN > temperature cannot be 'NaN'; give a number",
                "top_p=0 > top_p cannot be 0",
                "top_p=1.5 > top_p cannot be 1.5",
                "min_p=2 > min_p cannot be 2",
                "repetition_penalty=0 > repetition_penalty cannot be 0",
                "seed=pi > seed cannot be 'pi'",
                "raw=perhaps > raw cannot be 'perhaps'",
                "stop=\"\" > stop cannot be empty",
                "temprature=1 > did you mean temperature?",
                "rwa > did you mean raw?",
            })
    void wrongOptions(String text, String part) {
        String message = assertThrows(LoupeException.class, () -> GenerateOptions.parse(text))
                .getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void theBuilderChecksToo() {
        assertThrows(
                LoupeException.class, () -> GenerateOptions.builder().topP(0).build());
        assertThrows(
                LoupeException.class,
                () -> GenerateOptions.builder().temperature(Double.NaN).build());
        assertEquals(
                GenerateOptions.parse("max_tokens=3 stop=a stop=b"),
                GenerateOptions.builder().maxTokens(3).stop("a", "b").build());
    }

    @Test
    void textReadsBackAsTheSameOptions() {
        var random = new Random(9);
        for (int i = 0; i < 1_000; i++) {
            var options = new GenerateOptions(
                    1 + random.nextInt(5_000),
                    random.nextBoolean() ? 0 : random.nextDouble(),
                    random.nextInt(3),
                    1 - random.nextDouble(),
                    random.nextDouble(),
                    0.1 + random.nextDouble(),
                    random.nextLong(),
                    random.nextBoolean(),
                    random.nextBoolean(),
                    random.nextBoolean(),
                    random.nextBoolean() ? List.of() : List.of("a b", "\n", "\"", "x=y;", "\\", "\u2003"));
            assertEquals(options, GenerateOptions.parse(options.toString()), options.toString());
        }
    }
}
