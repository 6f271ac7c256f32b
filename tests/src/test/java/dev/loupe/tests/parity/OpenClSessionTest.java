package dev.loupe.tests.parity;

import dev.loupe.engine.backend.opencl.OpenClTests;

/** Sessions on an OpenCL device. */
class OpenClSessionTest extends DeviceSessionContract {
    @Override
    String device() {
        return OpenClTests.device().id();
    }
}
