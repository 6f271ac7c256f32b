package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Device;
import dev.loupe.engine.ops.DeviceKind;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.ArrayList;
import java.util.List;

/** NVIDIA's GPUs, in the driver's order. */
public final class CudaDevices implements DeviceKind {
    private static final String NAME = "cuda";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Device> devices() {
        try {
            Driver driver = Driver.get();
            var devices = new ArrayList<Device>();
            for (int i = 0; i < CudaDevice.count(driver); i++) {
                int handle = driver.integer("cuDeviceGet", i);
                devices.add(new Device(
                        NAME + ":" + i,
                        CudaDevice.name(driver, handle),
                        "CUDA " + Driver.text(driver.version()),
                        driver.value("cuDeviceTotalMem_v2", handle)));
            }
            return devices.isEmpty()
                    ? List.of(Device.missing(NAME, "NVIDIA's driver finds no GPU; check with nvidia-smi that it does."))
                    : devices;
        } catch (LoupeException e) {
            return List.of(Device.missing(NAME, e.getMessage()));
        }
    }

    @Override
    public boolean isFast(Device device) {
        return true;
    }

    @Override
    public Backend open(Device device, int threads, MemoryLedger ledger, Cancellation cancellation) {
        return new CudaBackend(Integer.parseInt(device.id().substring(NAME.length() + 1)), ledger, cancellation);
    }
}
