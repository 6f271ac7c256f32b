package dev.loupe.kernel.bench;

import dev.loupe.engine.LoupeException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another program, run to its end; it does not outlive us. */
final class Program {
    private static final long MINUTES = 15;

    private Program() {}

    /**
     * What it prints on standard output and error.
     *
     * @throws LoupeException if it cannot be run, fails, or takes longer than a quarter of an hour
     */
    static String output(List<String> command) {
        Path output = null;
        Process process = null;
        try {
            output = Files.createTempFile("loupe-peer", ".txt");
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new LoupeException("%s took over %d minutes; measure fewer tokens or a smaller model."
                        .formatted(command.getFirst(), MINUTES));
            }
            String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new LoupeException("%s failed (%s); run it by hand and mend that."
                        .formatted(
                                command.getFirst(),
                                text.strip().lines().reduce((a, b) -> b).orElse("no output")));
            }
            return text;
        } catch (IOException e) {
            throw new LoupeException(
                    "%s cannot be run (%s); give the path of the program."
                            .formatted(command.getFirst(), e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoupeException("The peer was stopped; run the command again.", e);
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
            if (output != null) {
                delete(output);
            }
        }
    }

    /** Deletes a file, or a folder with its files; what cannot be deleted stays. */
    static void delete(Path file) {
        File[] inside = file.toFile().listFiles();
        for (File one : inside == null ? new File[0] : inside) {
            delete(one.toPath());
        }
        file.toFile().delete();
    }
}
