package dev.loupe.viz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loupe.Comparison;
import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

final class TablesTest {
    @TempDir
    private Path folder;

    private static Comparison.Row row(String dtype, String drafter, Run run) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("dtype", dtype);
        settings.put("speculate", drafter);
        return new Comparison.Row(settings, List.of(run), -1, 0.25);
    }

    @Test
    void aRunIsARowAndSoIsEachToken() {
        List<Run> runs = Samples.runs(2);
        Table table = Tables.runs(runs);
        assertEquals(2, table.rowCount());
        assertEquals(
                runs.get(1).generationTokensPerSecond(),
                table.doubleColumn("tokens/s").get(1));
        assertEquals("sym_int8", table.stringColumn("dtype").get(1));
        assertEquals(117, Tables.tokens(runs).rowCount());
        Table one = Tables.runs(List.of(Samples.run("m", "fp16", 1, 5, 5)));
        assertTrue(one.doubleColumn("tokens/s").isMissing(0), "one token has no speed");
    }

    @Test
    void aComparisonHasAColumnASwitch() {
        List<Run> runs = Samples.runs(2);
        var comparison = new Comparison(
                "m", "Hi", List.of(row("fp16", "off", runs.get(0)), row("sym_int8", "self", runs.get(1))));
        Table table = Tables.comparison(comparison);
        assertEquals(List.of("dtype", "speculate"), table.columnNames().subList(0, 2));
        assertEquals(
                comparison.speedUp(comparison.rows().get(1)),
                table.doubleColumn("speed-up").get(1));
    }

    @Test
    void csvIsReadBackAsItWas() throws IOException {
        Table table = Tables.perplexities(Samples.perplexities(2));
        Path file = folder.resolve("p.csv");
        TableFile.write(table, file);
        Table again = Table.read().csv(file.toFile());
        assertEquals(table.columnNames(), again.columnNames());
        assertEquals(
                table.doubleColumn("perplexity").get(1),
                again.doubleColumn("perplexity").get(1),
                "every digit");
        assertEquals(3, Files.readAllLines(file).size());
    }

    @Test
    void jsonKeepsTypesAndQuotesTexts() throws IOException {
        Path file = folder.resolve("runs.json");
        TableFile.write(Tables.runs(List.of(Samples.run("a \"b\"\n,c", "fp16", 1, 5, 5))), file);
        JsonNode rows = new ObjectMapper().readTree(file.toFile());
        assertEquals(1, rows.size());
        assertEquals("a \"b\"\n,c", rows.get(0).get("model").asText());
        assertTrue(rows.get(0).get("tokens/s").isNull());
        assertTrue(rows.get(0).get("tokens").isInt());
    }

    @Test
    void anotherEndingOrAForbiddenPlaceIsOneSentence() {
        Table table = Tables.perplexities(Samples.perplexities(1));
        var ending = assertThrows(LoupeException.class, () -> TableFile.write(table, folder.resolve("p.xlsx")));
        assertTrue(ending.getMessage().contains(".csv or .json"), ending.getMessage());
        var place = assertThrows(LoupeException.class, () -> TableFile.write(table, folder.resolve("no/p.csv")));
        assertTrue(place.getMessage().endsWith("folder of your own."), place.getMessage());
    }
}
