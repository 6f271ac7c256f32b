package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Device;
import dev.loupe.engine.ops.DeviceKind;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The devices of the system's OpenCL drivers, GPUs first, otherwise in the order of the ICD loader. */
public final class OpenClDevices implements DeviceKind {
    private static final String NAME = "opencl";
    private static final String INSTALL =
            "install your GPU's OpenCL driver, or PoCL for the CPU (apt install ocl-icd-libopencl1 pocl-opencl-icd).";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Device> devices() {
        try {
            Optional<OpenCl> cl = OpenCl.find();
            if (cl.isEmpty()) {
                return List.of(Device.missing(NAME, "There is no OpenCL loader (libOpenCL.so.1); " + INSTALL));
            }
            List<ClDevice> found = found(cl.get());
            if (found.isEmpty()) {
                return List.of(Device.missing(
                        NAME,
                        "No OpenCL driver offers a device (none installed, or no permission to use "
                                + "the GPU's device file); " + INSTALL));
            }
            var devices = new ArrayList<Device>();
            for (int i = 0; i < found.size(); i++) {
                devices.add(device(i, found.get(i)));
            }
            return devices;
        } catch (LoupeException e) {
            return List.of(Device.missing(NAME, e.getMessage()));
        }
    }

    private static List<ClDevice> found(OpenCl cl) {
        return ClDevice.all(cl).stream()
                .sorted(Comparator.comparing(ClDevice::isCpu))
                .toList();
    }

    private static Device device(int number, ClDevice device) {
        String problem = "";
        if (!device.isNewEnough()) {
            problem = "%s has %s and 1.2 is needed; update its driver.".formatted(device.name(), device.version());
        } else if (!device.available()) {
            problem = "The driver says that %s cannot be used now; look whether another program holds it."
                    .formatted(device.name());
        }
        String driver = "%s, driver %s".formatted(device.platform(), device.driver());
        return new Device("%s:%d".formatted(NAME, number), device.name(), driver, device.memory(), problem);
    }

    /** A CPU's OpenCL is slower than the Vector API. */
    @Override
    public boolean isFast(Device device) {
        return OpenCl.find().stream()
                .flatMap(cl -> found(cl).stream())
                .anyMatch(found -> found.name().equals(device.name()) && !found.isCpu());
    }

    @Override
    public Backend open(Device device, int threads, MemoryLedger ledger, Cancellation cancellation) {
        return open(device, Optional.empty(), ledger, cancellation);
    }

    /** @param form how work is cut; empty for what suits the device */
    static Backend open(Device device, Optional<ClPrograms.Form> form, MemoryLedger ledger, Cancellation cancellation) {
        OpenCl cl = OpenCl.find().orElseThrow();
        ClDevice found = found(cl, device.id());
        return new OpenClBackend(
                device.id(), cl, found, form.orElseGet(() -> ClPrograms.Form.of(found)), ledger, cancellation);
    }

    private static ClDevice found(OpenCl cl, String id) {
        return found(cl).get(Integer.parseInt(id.substring(NAME.length() + 1)));
    }

    /** A queue of a usable device. */
    static ClQueue queue(String id, Cancellation cancellation) {
        OpenCl cl = OpenCl.find().orElseThrow();
        return new ClQueue(cl, found(cl, id), cancellation);
    }
}
