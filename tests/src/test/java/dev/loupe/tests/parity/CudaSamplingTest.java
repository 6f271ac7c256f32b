package dev.loupe.tests.parity;

import dev.loupe.engine.ops.Backend;

/** Sampling on the first GPU; {@code ./loupe test --gpu} fails where it is not there, other runs skip. */
class CudaSamplingTest extends SamplingContract {
    @Override
    Backend open() {
        return CudaParityTest.gpu();
    }
}
