package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.Devices;

/** Sessions on the first NVIDIA GPU; {@code ./loupe test --gpu} fails where it is not there, other runs skip. */
class CudaSessionTest extends DeviceSessionContract {
    @Override
    String device() {
        try {
            return Devices.find("cuda").id();
        } catch (LoupeException e) {
            if (Boolean.getBoolean("loupe.gpu")) {
                throw e;
            }
            return abort("skipped: " + e.getMessage());
        }
    }
}
