package dev.loupe.kernel.doctor;

import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.ops.Device;
import java.util.List;

/** Where a model can run: every kind of device that Loupe knows, and why there is none of it here. */
final class DeviceChecks {
    private DeviceChecks() {}

    static List<Check> all() {
        return Devices.all().stream().map(DeviceChecks::of).toList();
    }

    private static Check of(Device device) {
        return device.usable()
                ? Check.ok("Device " + device.id(), device.name())
                : Check.warn("Device " + device.id(), "not usable", device.problem());
    }
}
