package dev.loupe.kernel.jupyter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.Arguments;
import dev.loupe.GenerateOptions;
import dev.loupe.engine.LoupeException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Words as org.dflib.jjava.jupyter.kernel.magic cuts them: double quotes gone, backslashes gone. */
final class MagicLineTest {
    private static Arguments parse(String... words) {
        return Arguments.parse(MagicLine.of(List.of(words), GenerateOptions.OPTIONS), GenerateOptions.OPTIONS);
    }

    @Test
    void wordsWithSpacesStayWhole() {
        Arguments arguments = parse("Why is the sky blue?", "max_tokens=5", "stop=a b", "raw;");
        assertEquals(List.of("Why is the sky blue?"), arguments.positionals());
        assertEquals("a b", arguments.find("stop").orElseThrow());
        assertTrue(arguments.flag("raw", false));
    }

    @Test
    void textWithAnEqualsSignIsNoOption() {
        assertEquals(List.of("x=1 is true"), parse("x=1 is true").positionals());
    }

    @Test
    void singleQuotesWork() {
        assertEquals("a b", parse("stop='a", "b'").find("stop").orElseThrow());
    }

    @Test
    void quotesInAWordStay() {
        assertEquals(List.of("say \"hi\""), parse("say \"hi\"").positionals());
    }

    @Test
    void aMisreadBackslashIsTold() {
        var error = assertThrows(LoupeException.class, () -> parse("Hi", "stop=n\""));
        assertTrue(error.getMessage().contains("misread stop=n\"; call the method"), error.getMessage());
    }
}
