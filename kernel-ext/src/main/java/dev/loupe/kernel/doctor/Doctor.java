package dev.loupe.kernel.doctor;

import java.util.ArrayList;
import java.util.List;

/**
 * Looks at everything Loupe needs: the command line and the {@code %doctor} magic show what it finds.
 *
 * <p>Invariant: looking changes nothing, downloads nothing and never fails; what cannot be found out is a check too.
 */
public final class Doctor {
    private Doctor() {}

    /** All checks, in the order a person would mend them. */
    public static List<Check> examine() {
        var checks = new ArrayList<Check>();
        checks.addAll(JavaChecks.all());
        checks.addAll(KernelChecks.all());
        checks.addAll(MachineChecks.all());
        checks.addAll(DeviceChecks.all());
        checks.addAll(ModelChecks.all());
        checks.addAll(JupyterChecks.all());
        return List.copyOf(checks);
    }
}
