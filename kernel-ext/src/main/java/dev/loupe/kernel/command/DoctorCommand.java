package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.kernel.doctor.Check;
import dev.loupe.kernel.doctor.Doctor;
import dev.loupe.kernel.view.Grid;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.ProgressBar;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.WidthView;
import java.util.List;

/** {@code doctor}: checks this machine and this Java, and says what to mend. */
final class DoctorCommand implements Command {
    private static final Usage USAGE =
            new Usage("doctor", false, "", "checks this machine and says what to mend", List.of(), List.of(""));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        arguments.positionals(0, session.output().call("doctor", ""));
        View widths;
        try (Output.Live live = session.output().live()) {
            widths = WidthView.measured(new ProgressBar(live));
        }
        List<Check> checks = Doctor.examine();
        var grid = new Grid("", "", "", "");
        checks.forEach(check -> grid.row(mark(check), check.name(), check.value(), check.remedy()));
        session.output().show(View.column(grid.view(), widths));
        return null;
    }

    private static String mark(Check check) {
        return switch (check.outcome()) {
            case OK -> "✓";
            case WARN -> "!";
            case FAIL -> "✗";
        };
    }
}
