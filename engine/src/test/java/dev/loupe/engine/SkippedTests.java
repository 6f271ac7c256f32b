package dev.loupe.engine;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Says of each test that did not run why: a line in the output, and one in {@code target/skipped-tests.txt}, which
 * {@code ./loupe test} shows at its end. Surefire shows nothing of a class that is aborted before its first test.
 *
 * <p>Every module has it on its class path (the parent's {@code pom.xml}) and JUnit finds it as a service
 * (docs.junit.org/current/user-guide/#launcher-api-listeners-custom). Invariant: one line for each test, parameter or
 * class that was skipped or aborted.
 */
public final class SkippedTests implements TestExecutionListener {
    private final Path file;
    private final PrintStream out;
    private TestPlan plan;

    /** Called by JUnit, in a module's folder. */
    public SkippedTests() {
        this(Path.of("target/skipped-tests.txt"), System.out);
    }

    SkippedTests(Path file, PrintStream out) {
        this.file = file;
        this.out = out;
    }

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        this.plan = plan;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        report(test, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == Status.ABORTED) {
            report(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
        }
    }

    private void report(TestIdentifier test, String reason) {
        String why =
                reason.replaceFirst("^(Assumption failed: )?(skipped: )?", "").replaceAll("\\s+", " ");
        String line = "skipped: %s (%s)".formatted(why, what(test));
        out.println(line);
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String what(TestIdentifier test) {
        String name = test.getSource().map(SkippedTests::where).orElse(test.getDisplayName());
        if (test.isContainer()) {
            long tests = plan.getDescendants(test).stream()
                    .filter(TestIdentifier::isTest)
                    .count();
            return tests == 0 ? name : "%s, %d test%s".formatted(name, tests, tests == 1 ? "" : "s");
        }
        return test.getLegacyReportingName().endsWith("]") ? name + " " + test.getDisplayName() : name;
    }

    private static String where(TestSource source) {
        return switch (source) {
            case MethodSource method -> simple(method.getClassName()) + "." + method.getMethodName();
            case ClassSource type -> simple(type.getClassName());
            default -> source.toString();
        };
    }

    private static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }
}
