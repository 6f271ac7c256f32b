package dev.loupe.kernel.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loupe.engine.trace.Progress;
import dev.loupe.kernel.terminal.StatusLine;
import dev.loupe.kernel.view.ProgressBar;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads and writes, always UTF-8.
 *
 * @param in standard input
 * @param out results
 * @param err what a person should know besides: footers, notes, progress, errors
 * @param live whether a person watches {@code err}, so that a line may be drawn over
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, boolean live) {
    private static final String WIPE_LINE_ABOVE = "\u001b[A\u001b[2K";

    /**
     * The process's own; the launcher says by {@code -Dloupe.live=true} that standard error is a terminal. Java has
     * just printed there that the Vector API is an incubator module, which no flag stops: that line is wiped.
     */
    static Terminal system() {
        boolean live = Boolean.getBoolean("loupe.live");
        var terminal = new Terminal(System.in, utf8(FileDescriptor.out), utf8(FileDescriptor.err), live);
        if (live && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            terminal.err().print(WIPE_LINE_ABOVE);
            terminal.err().flush();
        }
        return terminal;
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    PrintWriter writer() {
        return new PrintWriter(out, true, StandardCharsets.UTF_8);
    }

    PrintWriter errorWriter() {
        return new PrintWriter(err, true, StandardCharsets.UTF_8);
    }

    /** A bar on {@code err} if a person watches, wiped when the work ends. */
    Progress progress() {
        var line = new StatusLine(err, live);
        var bar = new ProgressBar(line);
        return (task, done, total) -> {
            if (done < total) {
                bar.update(task, done, total);
            } else {
                line.close();
            }
        };
    }

    /** Prints a record or map as JSON; a number that is none (NaN) is null. */
    void json(Object value) {
        try {
            out.println(JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build()
                    .writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** JSON has no NaN and no infinity. */
    static Double finite(double number) {
        return Double.isFinite(number) ? number : null;
    }
}
