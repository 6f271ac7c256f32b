package dev.loupe.kernel.notebook;

import dev.loupe.engine.LoupeException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.UnresolvedReferenceException;

/**
 * What went wrong, told in a sentence, with the place in the cell where there is one.
 *
 * <p>Invariant: frames of JShell, of the kernel and of Loupe are never shown at once, only unfolded; those of a cell's
 * own Java stand in the traceback.
 */
final class Failures {
    private static final int MOST_FRAMES = 5;

    private Failures() {}

    /** Java that does not compile: the compiler's words, and the line with a mark under the place. */
    static CellException rejected(Snippet snippet, List<Diag> diagnostics, String source) {
        var lines = new ArrayList<String>();
        for (Diag diagnostic : diagnostics) {
            if (!diagnostic.isError()) {
                continue;
            }
            lines.addAll(diagnostic.getMessage(Locale.ROOT).lines().toList());
            lines.addAll(place(source, (int) diagnostic.getStartPosition(), (int) diagnostic.getEndPosition()));
        }
        return new CellException(
                lines.isEmpty()
                        ? List.of("This is not Java: " + snippet.source().strip())
                        : lines,
                "");
    }

    private static List<String> place(String source, int start, int end) {
        if (start < 0 || start > source.length()) {
            return List.of();
        }
        int begin = source.lastIndexOf('\n', start - 1) + 1;
        int until = source.indexOf('\n', start);
        String line = source.substring(begin, until < 0 ? source.length() : until);
        int marks = Math.clamp(end - start, 1, Math.max(1, begin + line.length() - start));
        return List.of("    " + line, "    " + " ".repeat(start - begin) + "^".repeat(marks));
    }

    /** Java that ran and threw. */
    static CellException thrown(JShellException exception, JavaSession session) {
        if (exception instanceof UnresolvedReferenceException e) {
            return new CellException("%s uses %s, which is not declared yet; declare it first."
                    .formatted(e.getSnippet().name(), String.join(" and ", session.unresolved(e.getSnippet()))));
        }
        if (exception instanceof EvalException e && isLoupe(e)) {
            return new CellException(List.of(e.getMessage()), trace(exception));
        }
        return new CellException(lines(exception), "");
    }

    private static boolean isLoupe(EvalException e) {
        try {
            return LoupeException.class.isAssignableFrom(Class.forName(e.getExceptionClassName()));
        } catch (ClassNotFoundException | LinkageError _) {
            return false;
        }
    }

    private static List<String> lines(JShellException exception) {
        var lines = new ArrayList<String>();
        lines.add(
                exception instanceof EvalException e
                        ? simple(e.getExceptionClassName()) + (e.getMessage() == null ? "" : ": " + e.getMessage())
                        : exception.toString());
        Arrays.stream(exception.getStackTrace())
                .filter(frame -> !frame.getClassName().startsWith("dev.loupe."))
                .limit(MOST_FRAMES)
                .map(Failures::place)
                .forEach(lines::add);
        return lines;
    }

    /** A frame; those of cells have a snippet's number for their file, which tells a reader nothing. */
    private static String place(StackTraceElement frame) {
        String file = String.valueOf(frame.getFileName());
        return file.startsWith("#")
                ? "    at line %d of the statement%s"
                        .formatted(
                                frame.getLineNumber(),
                                frame.getMethodName().isEmpty() ? "" : ", in " + frame.getMethodName())
                : "    at " + frame;
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** A failure of a magic, or of the kernel itself. */
    static CellException of(Throwable e) {
        return switch (e) {
            case CellException known -> known;
            case LoupeException known ->
                new CellException(List.of(known.getMessage()), known.getCause() == null ? "" : trace(known.getCause()));
            case Error error
            when error.getMessage() != null && error.getStackTrace().length == 0 ->
                new CellException(error.getMessage());
            default ->
                new CellException(
                        List.of("%s; if this is a fault of Loupe's own, please report it.".formatted(e)), trace(e));
        };
    }

    private static String trace(Throwable e) {
        var text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
