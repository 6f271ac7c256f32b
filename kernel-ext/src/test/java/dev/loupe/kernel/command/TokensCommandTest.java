package dev.loupe.kernel.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loupe.Arguments;
import dev.loupe.Loupe;
import dev.loupe.Tokens;
import dev.loupe.Tokens.Kind;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.engine.trace.Progress;
import dev.loupe.kernel.view.RecordingOutput;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The tokens of the default model, whose weights are never loaded. */
final class TokensCommandTest {
    private final RecordingOutput output = new RecordingOutput();
    private final NotebookSession session = new NotebookSession(output);

    @BeforeAll
    static void theModelIsThere() {
        assumeTrue(
                ModelStore.list().stream().anyMatch(model -> model.name().equals("smollm2")),
                "skipped: no smollm2; ./loupe test fetches it");
    }

    private Tokens tokens(String line, String body) {
        return (Tokens) Commands.find("tokens").run("models=smollm2 " + line, body, session);
    }

    @Test
    void plainTextHasItsSpacesAndBreaksShown() {
        Tokens tokens = tokens("", "The sky\nis blue");
        assertEquals(
                "The| sky|\n|is| blue",
                String.join(
                        "|", tokens.tokens().stream().map(Tokens.Token::piece).toList()));
        assertEquals(0, tokens.special());
        assertEquals(3.0, tokens.charactersPerToken());
        assertTrue(output.plain().contains("·sky") && output.plain().contains("↵"), output.plain());
        assertTrue(output.plain().contains("No template applied"), output.plain());
        assertTrue(session.loaded().isEmpty());
    }

    @Test
    void aTemplateIsToldAndItsMarksAreSpecial() {
        Tokens tokens = tokens("\"Hi\" chat", "");
        assertEquals(
                new Tokens.Token(1, "<|im_start|>", Kind.SPECIAL),
                tokens.tokens().getFirst());
        assertTrue(output.plain().contains("[<|im_start|>]"), output.plain());
        assertTrue(output.plain().contains("Chat template applied"), output.plain());
        assertFalse(tokens.doubleBos());
    }

    @Test
    void aDoubleBosIsToldInWords() {
        String text = "<|im_start|><|im_start|>Hi";
        assertTrue(tokens("special", text).doubleBos());
        assertTrue(output.plain().contains("Double BOS"), output.plain());
        assertFalse(tokens("", text).doubleBos(), "in a user's text they are letters");
    }

    @Test
    void bytesAndControlsAreWrittenOut() {
        Tokens tokens = tokens("", "\u16a0 \u001b[31m\u202e <b>\ud83d");
        assertTrue(
                tokens.tokens().stream()
                        .anyMatch(t -> t.kind() == Kind.BYTE && t.piece().contains("<0x")),
                tokens::toString);
        String plain = output.plain();
        assertFalse(plain.contains("\u001b") || plain.contains("\u202e"), plain);
        assertFalse(output.shown.getFirst().html().contains("<b>"));
    }

    @Test
    void aLongTextIsCutAndSaysSo() {
        Tokens tokens = tokens("", "The sky is blue. ".repeat(60_000));
        assertTrue(tokens.tokens().size() > 200_000);
        assertTrue(
                output.plain()
                        .contains("Cut: the first 1000 of " + tokens.tokens().size()),
                "cut");
        assertTrue(output.shown.getFirst().html().length() < 500_000);
    }

    @Test
    void modelsStandSideBySide() {
        Commands.find("tokens").run("\"Hi there\" models=smollm2,smollm2", "", session);
        assertTrue(output.plain().contains("characters/token"), output.plain());
        assertEquals(3, output.plain().split("smollm2: 2 tokens", -1).length, output.plain());
    }

    @Test
    void twoRealModelsSideBySide() {
        assumeTrue(
                ModelStore.list().stream().anyMatch(model -> model.name().equals("gemma3-270m")),
                "skipped: no gemma3-270m; ./loupe test fetches it");
        String text = "Die Hauptstadt von Österreich heißt";
        Commands.find("tokens").run("models=gemma3-270m,smollm2", text, session);
        String both = output.plain();
        Tokens gemma = (Tokens) Commands.find("tokens").run("models=gemma3-270m", text, session);
        assertEquals(
                List.of(2, 13034, 229912, 3564, 81156, 80014),
                gemma.tokens().stream().map(Tokens.Token::id).toList());
        assertTrue(both.contains("gemma3-270m: 6 tokens"), both);
        Tokens smollm2 = tokens("", text);
        assertTrue(both.contains("smollm2: %d tokens".formatted(smollm2.tokens().size())), both);
        assertTrue(smollm2.tokens().size() > 8, both);

        session.load("smollm2", Arguments.parse("", Loupe.OPTIONS), Progress.NONE);
        Commands.find("tokens").run("\"%s\" || gemma3-270m".formatted(text), "", session);
        assertTrue(output.plain().contains("gemma3-270m: 6 tokens"), output.plain());
        session.unload();
    }

    @Test
    void wordsWithoutQuotesAreExplained() {
        var error = assertThrows(LoupeException.class, () -> tokens("The sky", ""));
        assertTrue(error.getMessage().contains("put text in quotes"), error.getMessage());
    }
}
