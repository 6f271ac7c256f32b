package dev.loupe.kernel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loupe.engine.eval.Speed;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.runs.RunStore;
import dev.loupe.runs.StoredRun;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands on the default model. */
final class RealModelTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeAll
    static void theModelIsThere() {
        assumeTrue(
                ModelStore.list().stream().anyMatch(model -> model.name().equals("smollm2")),
                "skipped: no smollm2; ./loupe test fetches it");
    }

    @Test
    void generateTellsItsFieldsAndTheSameTextAsForPeople() throws Exception {
        String[] common = {"generate", "--raw", "--max-tokens", "8", "--prompt"};
        JsonNode json = json("", with(common, "The capital of France is", "--json"));
        assertEquals(
                List.of(
                        "promptIds",
                        "ids",
                        "text",
                        "promptTokensPerSecond",
                        "generationTokensPerSecond",
                        "firstTokenMillis"),
                names(json));
        assertEquals(8, json.get("ids").size());
        assertTrue(json.get("text").asText().contains("Paris"), json::toString);
        assertTrue(json.get("generationTokensPerSecond").asDouble() > 0, json::toString);

        assertEquals(0, run("", with(common, "The capital of France is")));
        assertEquals(json.get("text").asText() + "\n", text(out));
        assertTrue(text(err).contains("8 tokens at"), text(err));

        JsonNode piped = json("The capital of France is\n", with(common, "-", "--json"));
        assertEquals(json.get("promptIds"), piped.get("promptIds"));
        assertEquals(json.get("ids"), piped.get("ids"));
    }

    @Test
    void aSingleTokenHasNoRateBetweenTokens() throws Exception {
        JsonNode json = json("", "generate", "--prompt", "Hi", "--max-tokens", "1", "--json");
        assertTrue(json.get("generationTokensPerSecond").isNull(), json::toString);
    }

    @Test
    void perplexityReadsTheWholeTextUnlessToldHowMuch(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("text.txt"), "The cat sat on the mat and looked at the dog. ".repeat(20));
        String[] common = {"perplexity", "--text", file.toString(), "--chunk", "64", "--json"};
        JsonNode whole = json("", common);
        assertEquals(
                List.of("perplexity", "standardError", "divergence", "agreement", "chunks", "dtype", "seconds"),
                names(whole));
        assertTrue(whole.get("chunks").asInt() > 2, whole::toString);
        assertTrue(whole.get("perplexity").asDouble() > 1, whole::toString);
        JsonNode one = json("", with(common, "--chunks", "1"));
        assertEquals(1, one.get("chunks").asInt());
        assertTrue(one.get("standardError").isNull(), one::toString);
    }

    @Test
    void infoTellsShapesAndBytesWithoutLoading() throws Exception {
        JsonNode json = json("", "models", "info", "smollm2", "--dtype", "fp32", "--json");
        assertEquals("llama", json.get("architecture").asText());
        assertEquals("apache-2.0", json.get("licence").asText());
        assertEquals(134_515_008, json.get("parameters").asLong());
        assertEquals(30, json.get("shape").get("layers").asInt());
        assertEquals(List.of("asym_int4", "fp32", "sym_int8"), names(json.get("dtypes")));
        long bytes = 0;
        for (JsonNode part : json.get("parts")) {
            bytes += part.get("bytes").asLong();
        }
        assertEquals(4 * 134_515_008L, bytes);
        assertEquals(2L * 30 * 3 * 64 * 4, json.get("cacheBytesPerToken").asLong());
        assertTrue(json.get("neededBytes").asLong() > bytes, json::toString);

        assertEquals(0, run("", "models", "info", "smollm2"));
        assertTrue(text(out).contains("9 heads of 64 (3 of keys and values)"), text(out));
        assertTrue(text(out).contains("as stored it needs "), text(out));
    }

    @Test
    void benchTellsReadingAndWriting(@TempDir Path folder) throws Exception {
        JsonNode json = json(
                "",
                "bench",
                "--prompt",
                "8",
                "--generate",
                "2",
                "--repetitions",
                "2",
                "--dtype",
                "sym_int8",
                "--threads",
                "1",
                "--cache",
                "f16",
                "--runs",
                folder.toString(),
                "--json");
        StoredRun run = RunStore.in(folder).find("last");
        assertTrue(run.complete() && run.header().kind().equals("bench"), run::toString);
        assertEquals(
                json.findValuesAsText("test"),
                run.rows(Speed.class).stream().map(Speed::test).toList());
        assertTrue(json.get(0).get("attention").asText().contains("cache fp16"), json::toString);
        assertTrue(json.get(0).get("memory").get("cache").asLong() > 0, json::toString);
        assertEquals(List.of("pp8", "tg2"), json.findValuesAsText("test"));
        assertEquals(List.of("sym_int8", "sym_int8"), json.findValuesAsText("dtype"));
        assertEquals(
                List.of(
                        "test",
                        "tokensPerSecond",
                        "deviation",
                        "dtype",
                        "device",
                        "threads",
                        "model",
                        "attention",
                        "memory",
                        "engine",
                        "ratio"),
                names(json.get(0)));
        json.forEach(test -> assertTrue(test.get("tokensPerSecond").asDouble() > 0, test::toString));
        json.forEach(test -> assertEquals(1, test.get("threads").asInt()));
    }

    @Test
    void benchTakesTurnsWithAPeerAndTellsTheRatio(@TempDir Path folder) throws Exception {
        Path peer = Files.writeString(folder.resolve("llama-bench"), """
                #!/bin/sh
                echo "$@" >>%s/turns
                echo 'a warning'
                echo '[{"n_prompt": 8, "n_gen": 0, "avg_ts": 0.001},'
                echo '{"n_prompt": 0, "n_gen": 2, "avg_ts": 1000000}]'
                """.formatted(folder));
        assertTrue(peer.toFile().setExecutable(true));
        String bench =
                "bench --prompt 8 --generate 2 --repetitions 3 --threads 1 --json --runs %s --peer llama-bench=%s"
                        .formatted(folder, peer);
        JsonNode json = json("", bench.split(" "));
        assertEquals(List.of("pp8", "tg2", "pp8", "tg2"), json.findValuesAsText("test"));
        assertEquals(List.of("loupe", "loupe", "llama-bench", "llama-bench"), json.findValuesAsText("engine"));
        assertTrue(json.get(0).get("ratio").isNull(), json::toString);
        JsonNode reading = json.get(2).get("ratio");
        assertTrue(reading.get("least").asDouble() > 1, json::toString);
        assertTrue(reading.get("median").asDouble() >= reading.get("least").asDouble(), json::toString);
        assertTrue(reading.get("most").asDouble() >= reading.get("median").asDouble(), json::toString);
        assertTrue(json.get(3).get("ratio").get("most").asDouble() < 1, json::toString);
        List<String> turns = Files.readAllLines(folder.resolve("turns"));
        assertEquals(4, turns.size(), "one turn more comes first");
        assertTrue(turns.getFirst().endsWith("-t 1 -r 1 -o json -p 8 -n 2"), turns::toString);
    }

    @Test
    void benchTellsWhenAFreshProcessAnswers() throws Exception {
        JsonNode json = json("", "bench", "--startup", "--repetitions", "1", "--json");
        assertEquals(1, json.get("turns").asInt());
        assertTrue(json.get("firstTokenSeconds").asDouble() > 0.1, json::toString);
        assertTrue(json.get("tokensPerSecond").asDouble() > 0, json::toString);
        assertEquals(1, run("", "bench", "--startup", "--model", "no-such-model"));
        assertTrue(text(err).contains("run it by itself"), text(err));
    }

    @Test
    void benchSweepsEverySettingWithEveryOther() throws Exception {
        JsonNode json = json(
                "",
                "bench --generate 2 --repetitions 1 --threads 1 --json --sweep dtype=sym_int8,sym_int4 context=8,16"
                        .split(" "));
        assertEquals(
                List.of("pp8", "tg2@8", "pp16", "tg2@16", "pp8", "tg2@8", "pp16", "tg2@16"),
                json.findValuesAsText("test"));
        assertEquals("sym_int4", json.get(7).get("dtype").asText());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --model no-such-model   | no-such-model
                    --model /no/such.gguf   | /no/such.gguf
                    --model pom.xml         | pom.xml
                    --dtype int3            | int3
                    --device cuda:99        | cuda
                    --threads 0             | 0
                    """)
    void whatCannotBeLoadedIsOneSentence(String arguments, String named) {
        assertEquals(1, run("", with(new String[] {"generate", "--prompt", "Hi", "--json"}, arguments.split(" "))));
        assertEquals(1, text(err).lines().count(), text(err));
        assertTrue(text(err).startsWith("loupe: ") && text(err).endsWith(".\n"), text(err));
        assertTrue(text(err).contains(named), text(err));
        assertEquals("", text(out));
    }

    private int run(String input, String... arguments) {
        out.reset();
        err.reset();
        return Main.run(
                new Terminal(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false),
                arguments);
    }

    private JsonNode json(String input, String... arguments) throws Exception {
        assertEquals(0, run(input, arguments), () -> text(err));
        return new ObjectMapper().readTree(out.toByteArray());
    }

    private static String[] with(String[] first, String... more) {
        var all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static List<String> names(JsonNode object) {
        return object.propertyStream().map(property -> property.getKey()).toList();
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
