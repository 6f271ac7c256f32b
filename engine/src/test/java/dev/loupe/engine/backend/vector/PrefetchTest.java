package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class PrefetchTest {
    @Test
    void memoryIsAsItWasAndAddressesOfNothingAreNoError() {
        byte[] before = new byte[4096];
        for (int i = 0; i < before.length; i++) {
            before[i] = (byte) (31 * i);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(before.length, 64);
            memory.copyFrom(MemorySegment.ofArray(before));
            for (long bytes : new long[] {1, 64, 65, 4096, 1 << 16}) {
                Prefetch.fetch(memory, 0, bytes);
                Prefetch.fetch(memory, before.length, bytes);
            }
            assertDoesNotThrow(() -> Prefetch.fetch(MemorySegment.NULL, 0, 4096));
            assertDoesNotThrow(() -> Prefetch.fetch(MemorySegment.NULL, -4096, 4096));
            assertArrayEquals(before, memory.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void itIsUsedOnIntelsCpusAlone() throws IOException {
        Path cpus = Path.of("/proc/cpuinfo");
        Assumptions.assumeTrue(
                Files.exists(cpus) && SystemPages.linux().isPresent(), "skipped: not on Linux, or no native access");
        boolean intel = Files.readString(cpus).contains("GenuineIntel");
        assertEquals(intel && System.getProperty("os.arch").equals("amd64"), Prefetch.used());
    }
}
