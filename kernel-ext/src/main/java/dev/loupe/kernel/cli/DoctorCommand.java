package dev.loupe.kernel.cli;

import dev.loupe.kernel.doctor.Check;
import dev.loupe.kernel.doctor.Doctor;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.WidthView;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code loupe doctor}: checks this machine; the exit code is 1 if something must be mended. */
@Command(name = "doctor", description = "Check this machine and say what to mend.")
final class DoctorCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private CommonOptions common;

    DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        View widths = WidthView.measured(terminal.progress());
        List<Check> checks = Doctor.examine();
        if (common.json) {
            terminal.json(checks);
        } else {
            checks.forEach(this::print);
            terminal.out().println(widths.plain());
        }
        return checks.stream().anyMatch(check -> check.outcome() == Check.Outcome.FAIL) ? 1 : 0;
    }

    private void print(Check check) {
        String mark = switch (check.outcome()) {
            case OK -> "ok";
            case WARN -> "note";
            case FAIL -> "FAIL";
        };
        terminal.out().printf("%-4s  %-15s  %s%n", mark, check.name(), check.value());
        if (!check.remedy().isEmpty()) {
            terminal.out().printf("%-4s  %-15s  -> %s%n", "", "", check.remedy());
        }
    }
}
