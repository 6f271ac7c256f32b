package dev.loupe.kernel.cli;

import picocli.CommandLine.Option;

/** The options of every command. */
final class CommonOptions {
    @Option(names = "--json", description = "print the result as JSON")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    private boolean help;
}
