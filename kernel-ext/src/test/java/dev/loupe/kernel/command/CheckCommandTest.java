package dev.loupe.kernel.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.view.RecordingOutput;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CheckCommandTest {
    private final RecordingOutput output = new RecordingOutput();
    private final NotebookSession session = new NotebookSession(output);

    @BeforeEach
    void exercises() {
        session.exercises().add(new Exercise<>(1, Integer.class, n -> n == 7 ? "" : "count again."));
        session.exercises().add(new Exercise<>(2, String.class, s -> s.equals("a b") ? "" : "read again."));
        session.exercises().add(new Exercise<>(3, Double.class, d -> Math.abs(d - 1.5) < 0.1 ? "" : "measure."));
        session.exercises().add(new Exercise<>(4, Boolean.class, b -> b ? "" : "think again."));
    }

    private String check(String line) {
        return Commands.find("check").run(line, "", session).toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1 7          | ✓ Exercise 1: right.",
                "1 8          | ✗ Exercise 1: count again.",
                "1 seven      | ✗ Exercise 1: the answer is a number, not 'seven'; change it.",
                "1            | ○ Exercise 1: put your answer in place of null and run the cell again.",
                "2 \"a b\";   | ✓ Exercise 2: right.",
                "3 1.52       | ✓ Exercise 3: right.",
                "3 2          | ✗ Exercise 3: measure.",
                "4 true       | ✓ Exercise 4: right.",
                "4 tru        | ✗ Exercise 4: the answer is true or false, not 'tru'; did you mean true?"
            })
    void anAnswerIsJudgedWithAHint(String line, String verdict) {
        assertEquals(verdict, check(line));
        assertTrue(output.plain().contains(verdict), output.plain());
    }

    @Test
    void answersFromJavaMayBeAnyObject() {
        assertEquals(Verdict.Outcome.RIGHT, CheckCommand.judge(3, 1.5f, session).outcome());
        assertEquals(Verdict.Outcome.OPEN, CheckCommand.judge(3, null, session).outcome());
        assertEquals(
                "the answer is a Boolean, not 1 of type Integer; change it.",
                CheckCommand.judge(4, 1, session).text());
    }

    @Test
    void aJudgeThatFailsIsAHint() {
        session.exercises().add(new Exercise<>(5, String.class, s -> s.substring(9)));
        session.exercises()
                .add(new Exercise<>(6, String.class, s -> session.llm().name()));
        assertTrue(check("5 x").contains("run the cells above this one first."), output.plain());
        assertTrue(check("6 x").contains("No model is loaded"), output.plain());
        session.exercises().add(new Exercise<>(7, String.class, _ -> null));
        assertTrue(check("7 x").contains("a judge gives a text"), output.plain());
    }

    @Test
    void withoutANumberAllStandInOrder() {
        check("2 x");
        output.shown.clear();
        Commands.find("check").run("", "", session);
        assertEquals(
                "○ Exercise 1: not answered yet.\n✗ Exercise 2: read again.\n○ Exercise 3: not answered yet.\n"
                        + "○ Exercise 4: not answered yet.",
                output.plain().strip());
    }

    @ParameterizedTest
    @CsvSource({"9, There is no exercise 9 here", "x, An exercise has a number", "1 2 3, one word too many"})
    void whatIsNoExerciseIsOneSentence(String line, String part) {
        var e = assertThrows(LoupeException.class, () -> check(line));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
