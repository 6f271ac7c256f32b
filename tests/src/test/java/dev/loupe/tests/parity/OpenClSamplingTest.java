package dev.loupe.tests.parity;

import dev.loupe.engine.backend.opencl.OpenClTests;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.trace.MemoryLedger;

/** Sampling on an OpenCL device. */
class OpenClSamplingTest extends SamplingContract {
    @Override
    Backend open() {
        return OpenClTests.open(new MemoryLedger());
    }
}
