package dev.loupe.kernel.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CellCodeTest {
    private static final List<String> PIECES = List.of(
            "%status",
            "%%chat x",
            "var a = %dtype fp16;",
            "\n",
            " ",
            "\"",
            "'",
            "\"\"\"",
            "{",
            "}",
            "//",
            "/*",
            "*/",
            "\\",
            "$x",
            "{x}",
            "x = 3;",
            "%",
            "=",
            "a\n%b",
            "\u00e9",
            "\ud83d\ude00",
            ";");

    private static CellCode.Magic magic(String cell) {
        return CellCode.of(cell).stream()
                .filter(CellCode.Magic.class::isInstance)
                .map(CellCode.Magic.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aLineMagicMayBeAssignedAndIndented() {
        assertEquals(
                "generate",
                magic("int n = 1;\n  Run r = %generate \"Hi\" raw;\n").name());
        assertEquals("Run r", magic("  Run r = %generate \"Hi\" raw;").target());
        assertEquals(
                " \"Hi\" raw;",
                magic("Map<String, Run> m = %generate \"Hi\" raw;").arguments());
        assertTrue(magic("for (;;) {\n  %status\n}").nested());
        assertEquals("dtype?", magic("%dtype?").name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int a = b\n  %c;",
                "String s = \"\"\"\n  %model x\n  \"\"\";",
                "/*\n%model x\n*/ int a;",
                "int a = f(1,\n  2\n  %b);",
                "\"a\"\n%b",
                "int a = 5 % 3;"
            })
    void whatIsNoMagicIsJava(String cell) {
        assertEquals(List.of(new CellCode.Java(cell)), CellCode.of(cell));
    }

    @Test
    void aCellMagicTakesItsBodyAsItIs() {
        assertEquals(
                List.of(new CellCode.Body("%%generate raw\n %x \\\n", "generate", " raw", " %x \\\n")),
                CellCode.of("%%generate raw\n %x \\\n"));
    }

    @RepeatedTest(300)
    void thePartsAreTheCell(RepetitionInfo turn) {
        var chance = new Random(turn.getCurrentRepetition());
        String cell = IntStream.range(0, chance.nextInt(1, 12))
                .mapToObj(i -> PIECES.get(chance.nextInt(PIECES.size())))
                .collect(Collectors.joining());
        assertEquals(cell, CellCode.of(cell).stream().map(CellCode.Part::text).collect(Collectors.joining()));
    }

    @RepeatedTest(300)
    void interpolationAddsNoWordsAndEndsNoQuote(RepetitionInfo turn) {
        var chance = new Random(turn.getCurrentRepetition());
        String value = IntStream.range(0, chance.nextInt(8))
                .mapToObj(i -> PIECES.get(chance.nextInt(PIECES.size())))
                .collect(Collectors.joining())
                .replace("$x", "")
                .replace("{x}", "");
        Map<String, String> known = Map.of("x", value);
        for (String line : List.of("a \"b $x c\" d", "a \"{x}\" d", "a $x d", "{no} a $no")) {
            String filled = Interpolation.fill(line, known::containsKey, known::get);
            List<String> words = dev.loupe.Arguments.parse(filled, List.of()).positionals();
            if (line.contains("no")) {
                assertEquals(List.of("{no}", "a", "$no"), words);
            } else {
                assertEquals(3, words.size(), filled);
                assertEquals(line.contains("b $x") ? "b " + value + " c" : value, words.get(1), filled);
            }
        }
    }
}
