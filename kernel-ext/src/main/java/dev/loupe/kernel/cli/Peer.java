package dev.loupe.kernel.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loupe.engine.LoupeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Another engine, measured beside ours with the same file and threads. */
sealed interface Peer {
    /** What the options call it. */
    String name();

    /** One turn; 0 tokens mean not to measure. */
    Rates measure(Path model, int threads, int prompt, int generate);

    /**
     * From "llama-bench=PATH" or "llama3.java=PATH".
     *
     * @throws LoupeException if it is neither or the file is not there
     */
    static Peer parse(String text) {
        String[] parts = text.split("=", 2);
        if (parts.length == 2 && !Files.isRegularFile(Path.of(parts[1]))) {
            throw new LoupeException("There is no file %s; give the path of %s.".formatted(parts[1], parts[0]));
        }
        return switch (parts.length == 2 ? parts[0] : "") {
            case "llama-bench" -> new LlamaBench(Path.of(parts[1]));
            case "llama3.java" -> new Llama3Java(Path.of(parts[1]));
            default ->
                throw new LoupeException(
                        "\"%s\" names no peer; use --peer llama-bench=PATH or llama3.java=PATH.".formatted(text));
        };
    }

    /**
     * llama.cpp's own benchmark (github.com/ggml-org/llama.cpp/tree/master/tools/llama-bench), which warms up by
     * itself.
     */
    record LlamaBench(Path program) implements Peer {
        private static final ObjectMapper JSON = new ObjectMapper();

        @Override
        public String name() {
            return "llama-bench";
        }

        @Override
        public Rates measure(Path model, int threads, int prompt, int generate) {
            String output = Program.output(List.of(
                    program.toString(),
                    "-m",
                    model.toString(),
                    "-t",
                    Integer.toString(threads),
                    "-p",
                    Integer.toString(prompt),
                    "-n",
                    Integer.toString(generate),
                    "-r",
                    "1",
                    "-o",
                    "jsonl"));
            return new Rates(rate(output, "n_prompt", prompt), rate(output, "n_gen", generate));
        }

        /** Tokens per second in the line whose test has so many tokens. */
        private double rate(String output, String field, int tokens) {
            try {
                for (String line : output.lines().filter(l -> l.startsWith("{")).toList()) {
                    JsonNode test = JSON.readTree(line);
                    if (tokens > 0 && test.path(field).asInt() == tokens) {
                        return test.path("avg_ts").asDouble(Double.NaN);
                    }
                }
            } catch (JsonProcessingException e) {
                throw new LoupeException(program + " printed no JSON lines; take a llama-bench of 2025 or later.", e);
            }
            return Double.NaN;
        }
    }

    /**
     * llama3.java (github.com/mukel/llama3.java), as its one source file or as a jar. It takes text, so its prompt has
     * about as many tokens; and its JVM is cold, as users start it.
     */
    record Llama3Java(Path program) implements Peer {
        private static final Pattern REPORT =
                Pattern.compile("prompt: ([\\d.]+) tokens/s \\(\\d+\\) generation: ([\\d.]+) tokens/s");

        @Override
        public String name() {
            return "llama3.java";
        }

        @Override
        public Rates measure(Path model, int threads, int prompt, int generate) {
            var command = new ArrayList<String>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("--enable-preview", "--add-modules", "jdk.incubator.vector"));
            command.add("-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + Math.max(1, threads - 1));
            if (program.toString().endsWith(".jar")) {
                command.add("-jar");
            } else {
                command.addAll(
                        List.of("--source", Integer.toString(Runtime.version().feature())));
            }
            command.addAll(List.of(program.toString(), "--model", model.toString(), "--temperature", "0"));
            command.addAll(
                    List.of("--prompt", "the ".repeat(Math.max(1, prompt)).strip()));
            command.addAll(List.of("--max-tokens", Integer.toString(prompt + Math.max(1, generate))));
            Matcher report = REPORT.matcher(Program.output(command));
            if (!report.find()) {
                throw new LoupeException(
                        program + " reported no speeds; take a llama3.java that prints \"prompt: ... tokens/s\".");
            }
            return new Rates(
                    prompt > 0 ? Double.parseDouble(report.group(1)) : Double.NaN,
                    generate > 0 ? Double.parseDouble(report.group(2)) : Double.NaN);
        }
    }
}
