package dev.loupe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
    private static final List<Option> OPTIONS = List.of(
            Option.named("max_tokens", "N", "most tokens"),
            Option.named("stop", "TEXT", "stop text"),
            Option.named("dtypes", "A,B", "dtypes"),
            Option.flag("raw", "no template"));

    private static Arguments parse(String line) {
        return Arguments.parse(line, OPTIONS);
    }

    @Test
    void positionalsFlagsAndNamedValues() {
        Arguments arguments = parse("  first max_tokens=48 \"second one\" raw stop=\"a b\" ");
        assertEquals(List.of("first", "second one"), arguments.positionals());
        assertEquals(48, arguments.integer("max_tokens", 1, 1, 100));
        assertTrue(arguments.flag("raw", false));
        assertEquals("a b", arguments.find("stop").orElseThrow());
        assertFalse(arguments.has("dtypes"));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "C:\\new, C:\\new",
                "C:\\new;, C:\\new",
                "'C:\\new dir', C:\\new dir",
                "\"say \\\"hi\\\"\", say \"hi\"",
                "\"back\\\\slash\", back\\slash",
                "\"\\d+\", \\d+",
                "it\"s o\"ne, its one",
                "'a \"b\" c', a \"b\" c",
                "\"it's\", it's",
                "\"x=1 is true\", x=1 is true",
                "\"raw\", raw",
                "\"a;\", a;",
                "a;b, a;b",
                "/tmp/a=b.gguf, /tmp/a=b.gguf",
            })
    void oneWord(String line, String word) {
        assertEquals(List.of(word), parse(line).positionals());
    }

    @Test
    void escapesOfDoubleQuotes() {
        assertEquals("\n", parse("stop=\"\\n\"").find("stop").orElseThrow());
        assertEquals("\\n", parse("stop='\\n'").find("stop").orElseThrow());
        assertEquals(List.of("a", "b"), parse("stop=a stop=b ;; ").all("stop"));
        assertEquals(List.of(""), parse("\"\"").positionals());
    }

    @Test
    void lists() {
        assertEquals(
                List.of("fp16", "sym_int4"), parse("dtypes=fp16,,sym_int4,").list("dtypes"));
        assertEquals(List.of(), parse("").list("dtypes"));
    }

    @Test
    void flagsTakeAValueToo() {
        assertFalse(parse("raw=false").flag("raw", true));
        assertTrue(parse("raw=on").flag("raw", false));
        assertTrue(parse("").flag("raw", true));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            delimiter = '>',
            value = {
                "max_token=3 > did you mean max_tokens?",
                "--max-tokens=3 > did you mean max_tokens?",
                "MAX_TOKENS=3 > did you mean max_tokens?",
                "zebra=3 > use one of max_tokens, stop, dtypes, raw.",
                "max_tokens > max_tokens needs a value; write max_tokens=N",
                "max_tokens = 5 > max_tokens needs a value",
                "= 5 > without a name",
                "'a b > add a ' at its end",
                "stop=\"a > The quote that opens at character 6",
            })
    void wrongLines(String line, String part) {
        String message = assertThrows(LoupeException.class, () -> parse(line)).getMessage();
        assertTrue(message.contains(part), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "101", "x", "", "1.5", "99999999999999999999", "NaN"})
    void wrongNumbers(String value) {
        Arguments arguments = parse("max_tokens=" + value);
        var error = assertThrows(LoupeException.class, () -> arguments.integer("max_tokens", 1, 1, 100));
        assertEquals(
                "max_tokens cannot be '%s'; give a whole number from 1 to 100.".formatted(value), error.getMessage());
    }

    @Test
    void wrongNumbersOfWords() {
        var twice = assertThrows(
                LoupeException.class, () -> parse("max_tokens=1 max_tokens=2").find("max_tokens"));
        assertEquals("max_tokens is given 2 times; give it once.", twice.getMessage());
        var near = assertThrows(LoupeException.class, () -> parse("a rwa").positionals(1, "%generate \"text\""));
        assertEquals("'rwa' is one word too many; did you mean raw?", near.getMessage());
        var many = assertThrows(LoupeException.class, () -> parse("why is").positionals(1, "%generate \"text\""));
        assertTrue(many.getMessage().endsWith("put text of several words in quotes, as in %generate \"text\"."));
        var none = assertThrows(LoupeException.class, () -> Arguments.parse("x=1", List.of()));
        assertTrue(none.getMessage().contains("put text with a = in quotes"));
    }

    /** No line throws anything but LoupeException, and none makes the parser run away. */
    @Test
    void anyLine() {
        var random = new Random(7);
        String letters = "ab=\"' \\;\n\t-_,1%\u00e9\u2003\ud83d\ude00\u0000{}$rawmax_tokens";
        for (int i = 0; i < 20_000; i++) {
            var line = new StringBuilder();
            for (int j = random.nextInt(30); j > 0; j--) {
                line.append(letters.charAt(random.nextInt(letters.length())));
            }
            try {
                Arguments arguments = parse(line.toString());
                arguments.positionals(1, "usage");
                arguments.flag("raw", false);
                arguments.list("dtypes");
                arguments.number("stop", 0);
                arguments.integer("max_tokens", 1, 1, 10);
            } catch (LoupeException e) {
                assertTrue(e.getMessage().matches("(?s).*[.?]"), e.getMessage());
            }
        }
    }

    @Test
    void quotedValuesReadBackWhole() {
        var random = new Random(8);
        String letters = "ab=\"' \\;\n\tn\r\u2003\ud83d\ude00";
        for (int i = 0; i < 5_000; i++) {
            var value = new StringBuilder();
            for (int j = random.nextInt(12); j > 0; j--) {
                value.append(letters.charAt(random.nextInt(letters.length())));
            }
            String line = Arguments.quote(value.toString()) + " stop=" + Arguments.quote(value.toString());
            Arguments arguments = parse(line);
            assertEquals(List.of(value.toString()), arguments.positionals(), line);
            assertEquals(value.toString(), arguments.find("stop").orElseThrow(), line);
        }
    }
}
