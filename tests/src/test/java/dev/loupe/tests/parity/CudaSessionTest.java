package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(strings = {"sparse", "cache"})
    void whatIsNotCapturedIsTold(String slow) {
        String note = "launched kernel by kernel";
        llm.device(device());
        generate();
        assertFalse(notes().contains(note), this::notes);
        if (slow.equals("sparse")) {
            llm.sparse("topk=2 block=8");
        } else {
            llm.cache("k=q8_0 v=q4_0");
        }
        generate();
        assertTrue(notes().contains(note), this::notes);
        llm.sparse("off").cache("full");
        generate();
        assertFalse(notes().contains(note), this::notes);
        llm.activations("fp32");
        var e = assertThrows(LoupeException.class, () -> llm.activations("int8"));
        assertTrue(e.getMessage().contains("use %device cpu or opencl"), e.getMessage());
    }

    /** Refused by figures where the weights have no room, by the driver where something after them has none. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 256})
    void aFullDeviceLeavesTheFormerOneActive(int mebibytesLeft) {
        int[] plain = generate();
        try (Full full = Full.but(mebibytesLeft, device())) {
            try {
                llm.device(device());
                assertTrue(mebibytesLeft > 0, () -> "moved though all was taken: " + full);
                llm.device("cpu");
            } catch (LoupeException e) {
                assertTrue(e.getMessage().toLowerCase(Locale.ROOT).contains("memory"), e.getMessage());
            }
            assertEquals("cpu", llm.device());
            assertArrayEquals(plain, generate());
        }
        llm.device(device());
        assertArrayEquals(plain, generate());
    }

    /** A device whose memory is taken. */
    private record Full(Backend backend, List<Backend.Memory> pieces) implements AutoCloseable {
        static Full but(int mebibytes, String device) {
            Backend backend = Devices.open(Devices.find(device), 1, new MemoryLedger(), new Cancellation());
            var full = new Full(backend, new ArrayList<>());
            for (long piece = 1L << 33; piece >= 1 << 20; piece /= 2) {
                while (backend.freeBytes() - piece >= (long) mebibytes << 20 && full.take(piece)) {}
            }
            return full;
        }

        private boolean take(long bytes) {
            Backend.Memory piece = backend.memory(b -> {});
            try {
                piece.allocate(new Shape(bytes / Float.BYTES));
                return pieces.add(piece);
            } catch (LoupeException e) {
                return false; // what is free lies in smaller pieces
            }
        }

        @Override
        public void close() {
            pieces.forEach(Backend.Memory::close);
            backend.close();
        }
    }
}
