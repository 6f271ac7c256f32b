package dev.loupe.kernel.notebook;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.ExpressionSnippet;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;

/**
 * The Java of a notebook: JShell in this JVM, its values as objects.
 *
 * <p>Invariant: an evaluation ends by a value, by a {@link CellException}, or stopped; never by anything else.
 */
final class JavaSession {
    private static final List<String> COMPILER_OPTIONS = List.of("--add-modules", "jdk.incubator.vector");

    /** JShell's default imports and ours. */
    private static final String IMPORTS = """
            import java.io.*; import java.math.*; import java.net.*; import java.nio.file.*; import java.util.*;
            import java.util.concurrent.*; import java.util.function.*; import java.util.regex.*; import java.util.stream.*;
            import static org.dflib.jjava.jupyter.kernel.BaseNotebookStatics.*;
            """;

    private final SnippetControl control = new SnippetControl();
    private final CompletableFuture<JShell> shell;
    private volatile boolean stopRequested;
    private boolean cutShort;

    /** Begins to start it, with JShell's imports and these; what needs no Java need not wait for it. */
    JavaSession(String imports) {
        shell = CompletableFuture.supplyAsync(() -> start(IMPORTS + imports));
    }

    private JShell start(String imports) {
        JShell started = JShell.builder()
                .executionEngine(control.provider(), null)
                .compilerOptions(COMPILER_OPTIONS.toArray(String[]::new))
                .build();
        String rest = imports;
        while (!rest.isBlank()) {
            CompletionInfo next = started.sourceCodeAnalysis().analyzeCompletion(rest);
            started.eval(next.source());
            rest = next.remaining();
        }
        return started;
    }

    private JShell shell() {
        return shell.join();
    }

    /** Begins a cell: forgets an old request to stop. */
    void begin() {
        stopRequested = false;
        cutShort = false;
    }

    /** Whether the cell was asked to stop. */
    boolean stopRequested() {
        return stopRequested;
    }

    /** Ends the cell before its next snippet or loop. */
    void askToStop() {
        stopRequested = true;
        control.askToStop();
    }

    /** Ends the cell where it sleeps or reads, too. */
    void interrupt() {
        control.interrupt();
    }

    /** Runs all snippets of a text. Returns the last one's value if it is an expression, otherwise null. */
    Object eval(String code) {
        Object value = null;
        String rest = code;
        while (!isBlank(rest) && !stopRequested) {
            CompletionInfo info = analysis().analyzeCompletion(rest);
            if (info.completeness() == Completeness.DEFINITELY_INCOMPLETE) {
                throw new CellException(
                        "The Java ends in the middle of a statement; a brace, quote or semicolon is missing.");
            }
            value = snippet(info.source() == null ? rest : info.source());
            rest = info.source() == null ? "" : info.remaining();
        }
        cutShort |= !isBlank(rest);
        return stopRequested ? null : value;
    }

    /** Runs a declaration even where the cell was asked to stop. */
    void define(String code) {
        snippet(code);
    }

    /** The value of an expression. */
    Object valueOf(String expression) {
        return snippet(expression);
    }

    /** Whether the cell was stopped before its Java was at its end. */
    boolean wasCutShort() {
        return cutShort;
    }

    private boolean isBlank(String code) {
        return code.isBlank() || analysis().analyzeCompletion(code).completeness() == Completeness.EMPTY;
    }

    private Object snippet(String source) {
        Object value = null;
        for (SnippetEvent event : shell().eval(source)) {
            if (event.causeSnippet() != null) {
                continue; // an older snippet that follows from this one
            }
            if (event.status() == Snippet.Status.REJECTED) {
                throw Failures.rejected(event.snippet(), diagnostics(event.snippet()), source);
            }
            if (event.exception() != null && stopRequested && isInterrupt(event.exception())) {
                cutShort = true;
                return null;
            }
            if (event.exception() != null) {
                throw Failures.thrown(event.exception(), this);
            }
            Object result = control.takeValue();
            if (control.wasStopped()) {
                stopRequested = true;
                cutShort = true;
            } else if (event.snippet() instanceof ExpressionSnippet
                    || event.snippet().subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND) {
                value = result;
            }
        }
        return value;
    }

    /** What sleeping or reading code throws when it is stopped. */
    private static boolean isInterrupt(JShellException exception) {
        Throwable cause = exception;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof EvalException e && e.getExceptionClassName().contains("Interrupt");
    }

    private List<Diag> diagnostics(Snippet snippet) {
        return shell().diagnostics(snippet).toList();
    }

    /** What a snippet that waits for other declarations waits for. */
    List<String> unresolved(DeclarationSnippet snippet) {
        return shell().unresolvedDependencies(snippet).toList();
    }

    /** The type of an expression, if it is one and all its names are known here. */
    Optional<String> typeOf(String expression) {
        return Optional.ofNullable(analysis().analyzeType(expression, expression.length()));
    }

    SourceCodeAnalysis analysis() {
        return shell().sourceCodeAnalysis();
    }

    /** Adds a jar or folder to what snippets may use. */
    void addToClassPath(Path path) {
        shell().addToClasspath(path.toString());
    }

    void close() {
        shell().close();
    }
}
