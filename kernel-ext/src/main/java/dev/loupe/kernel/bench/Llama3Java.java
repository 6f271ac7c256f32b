package dev.loupe.kernel.bench;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * llama3.java (github.com/mukel/llama3.java), its one source file. A small driver compiled with it calls its forward
 * pass with token ids, as llama-bench does: so any Llama's file will do, counts are exact, and a warm-up goes before.
 *
 * <p>Invariant: the peer's own code and its recommended JVM options compute; only the loop around is ours.
 *
 * @param options of its JVM
 */
record Llama3Java(String name, Path source, List<String> options) implements Peer {
    static final String NAME = "llama3.java";
    private static final String VECTORS = "--add-modules=jdk.incubator.vector";
    private static final Pattern REPORT = Pattern.compile("loupe: pp ([\\d.]+|NaN) tg ([\\d.]+|NaN)");

    @Override
    public Rates measure(Path model, int threads, Workload work) {
        Path classes = compiled();
        try {
            var command = new ArrayList<String>();
            command.addAll(List.of(tool("java"), VECTORS, "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0"));
            command.add("-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + (threads - 1));
            command.addAll(options);
            command.addAll(List.of("-cp", classes.toString(), "com.llama4j.Turn", model.toString()));
            for (int number : new int[] {work.prompt(), work.generate(), work.context()}) {
                command.add(Integer.toString(number));
            }
            return rates(Program.output(command));
        } finally {
            Program.delete(classes);
        }
    }

    Rates rates(String output) {
        Matcher report = REPORT.matcher(output);
        if (!report.find()) {
            throw new LoupeException(source + " reported no speeds; run it by hand and mend that.");
        }
        return new Rates(Double.parseDouble(report.group(1)), Double.parseDouble(report.group(2)));
    }

    private Path compiled() {
        Path folder = null;
        try (InputStream driver = Llama3Java.class.getResourceAsStream("Turn.java.txt")) {
            folder = Files.createTempDirectory("loupe-peer");
            Path turn = folder.resolve("Turn.java");
            Files.copy(driver, turn);
            Program.output(List.of(
                    tool("javac"), VECTORS, "-nowarn", "-d", folder.toString(), source.toString(), turn.toString()));
            return folder;
        } catch (IOException | LoupeException e) {
            if (folder != null) {
                Program.delete(folder);
            }
            throw new LoupeException(
                    "%s cannot be compiled with Loupe's driver; take Llama3.java of 2026.".formatted(source), e);
        }
    }

    private static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }
}
