package dev.loupe.kernel.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loupe.engine.LoupeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * llama.cpp's own benchmark (github.com/ggml-org/llama.cpp/tree/master/tools/llama-bench), or that of a fork. It warms
 * up by itself, which for a long prompt would only double its time.
 *
 * <p>Invariant: a rate comes from the test with just the asked numbers of tokens, whatever else the program prints.
 *
 * @param name what the options call it
 * @param options of its own, given as they are
 */
record LlamaBench(String name, Path program, List<String> options) implements Peer {
    static final String NAME = "llama-bench";
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public Rates measure(Path model, int threads, Workload work) {
        int prompt = work.prompt();
        int generate = work.generate();
        var common = new ArrayList<>(
                List.of("-m", model.toString(), "-t", Integer.toString(threads), "-r", "1", "-o", "json"));
        if (work.isLong() && knows("--no-warmup")) {
            common.add("--no-warmup");
        }
        if (!work.inContext() || generate == 0) {
            return rates(run(common, "-p", prompt, "-n", generate), work);
        }
        if (knows("-gp <pp,tg>")) { // forks that branched off before llama.cpp's -d have this for the same
            return rates(run(common, "-p", prompt, "-n", 0, "-gp", prompt + "," + generate), work);
        }
        Rates reading = rates(run(common, "-p", prompt, "-n", 0), work);
        Rates writing = rates(run(common, "-p", 0, "-n", generate, "-d", prompt), work);
        return new Rates(reading.prompt(), writing.generation());
    }

    private boolean knows(String option) {
        return Program.output(List.of(program.toString(), "--help")).contains(option);
    }

    private String run(List<String> common, Object... more) {
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.addAll(common);
        for (Object word : more) {
            command.add(word.toString());
        }
        command.addAll(options);
        return Program.output(command);
    }

    /** The tests' rates in a JSON array, with whatever warnings before and behind it; NaN where a test is not there. */
    Rates rates(String output, Workload work) {
        int begin = output.startsWith("[") ? 0 : output.indexOf("\n[") + 1;
        int end = output.lastIndexOf("]");
        double reading = Double.NaN;
        double writing = Double.NaN;
        try {
            for (JsonNode test : JSON.readTree(output.substring(begin, Math.max(begin, end + 1)))) {
                int written = test.path("n_gen").asInt();
                double rate = test.path("avg_ts").asDouble(Double.NaN);
                if (written == 0 && test.path("n_prompt").asInt() == work.prompt()) {
                    reading = rate;
                } else if (written > 0 && written == work.generate()) {
                    writing = rate;
                }
            }
            return new Rates(reading, writing);
        } catch (JsonProcessingException e) {
            throw new LoupeException(program + " printed no JSON; take a llama-bench that knows '-o json'.", e);
        }
    }
}
