package dev.loupe.kernel.cli;

import dev.loupe.Loupe;
import dev.loupe.engine.LoupeException;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * The commands of {@code ./loupe} that are written in Java.
 *
 * <p>Invariant: results go to standard output and nothing else does; an error is one sentence on standard error and
 * exit code 1, or 2 where the command line itself is wrong.
 */
@Command(name = "loupe", synopsisSubcommandLabel = "COMMAND")
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        if (Boolean.getBoolean("loupe.eager") && generatesOnCpu(List.of(arguments))) {
            Loupe.prepare();
        }
        System.exit(run(Terminal.system(), arguments));
    }

    private static boolean generatesOnCpu(List<String> arguments) {
        return arguments.contains("generate") && arguments.stream().noneMatch(a -> a.startsWith("--device"));
    }

    /** Runs a command and returns its exit code. */
    static int run(Terminal terminal, String... arguments) {
        var line = new CommandLine(new Main())
                .addSubcommand(new GenerateCommand(terminal))
                .addSubcommand(new PerplexityCommand(terminal))
                .addSubcommand(new CompareCommand(terminal))
                .addSubcommand(new BenchCommand(terminal))
                .addSubcommand(
                        new CommandLine(new ModelsCommand(terminal)).addSubcommand(new ModelInfoCommand(terminal)))
                .addSubcommand(new DoctorCommand(terminal));
        line.setOut(terminal.writer());
        line.setErr(terminal.errorWriter());
        line.setParameterExceptionHandler((e, _) -> wrongUsage(terminal.err(), e));
        line.setExecutionExceptionHandler((e, _, _) -> failure(terminal.err(), e));
        try {
            return line.execute(arguments);
        } catch (OutOfMemoryError e) {
            return failure(
                    terminal.err(),
                    new LoupeException(
                            "Java ran out of memory (%s); choose a smaller model or dtype, or close other programs."
                                    .formatted(e.getMessage())));
        }
    }

    private static int wrongUsage(PrintStream err, ParameterException e) {
        String message = e.getMessage().lines().findFirst().orElse("").replaceFirst("\\.$", "");
        err.printf(
                "loupe: %s; './%s --help' tells the options.%n",
                message, e.getCommandLine().getCommandSpec().qualifiedName());
        return CommandLine.ExitCode.USAGE;
    }

    private static int failure(PrintStream err, Exception e) {
        err.println("loupe: "
                + (e instanceof LoupeException ? e.getMessage() : "a fault of Loupe's own, please report it: " + e));
        return CommandLine.ExitCode.SOFTWARE;
    }
}
