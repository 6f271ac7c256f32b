package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Roofline;
import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.decode.TokenListener;
import dev.loupe.engine.eval.Standing;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Device;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A running session on a device does what it does on the cpu, whatever is switched, also with some layers on either.
 */
abstract class DeviceSessionContract {
    private static final int[] PROMPT =
            IntStream.range(0, 70).map(i -> 3 + (i * 37 + i * i) % 500).toArray();
    private static final int TOKENS = 40;

    Llm llm;

    /** Id of the device; aborts the test with the reason where it is not there. */
    abstract String device();

    @BeforeEach
    final void load() {
        device();
        llm = Loupe.load(Reference.path("qwen3").toString(), "dtype=fp32");
    }

    @AfterEach
    final void close() {
        if (llm != null) {
            llm.close();
        }
    }

    final int[] generate() {
        var options = llm.sampling().with("max_tokens=" + TOKENS + " temperature=0 ignore_eos raw");
        return llm.generate(PROMPT, options, TokenListener.NONE).ids();
    }

    final String notes() {
        return String.join("\n", llm.status().notes());
    }

    private void set(String mode) {
        String[] words = mode.split(": ");
        switch (words[0]) {
            case "flash" -> llm.flash(words[1].equals("on"));
            case "window" -> llm.window(words[1]);
            case "sparse" -> llm.sparse(words[1]);
            case "speculate" -> llm.speculate(words[1]);
            default -> llm.cache(words[1]);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "flash: on",
                "flash: off",
                "window: 24",
                "window: 24 sinks=4",
                "sparse: topk=2 block=8",
                "cache: f16",
                "cache: bf16",
                "cache: q8_0",
                "cache: k=q8_0 v=q4_0",
                "cache: compress=snapkv budget=24",
                "cache: evict=h2o budget=24",
                "speculate: lookup",
                "speculate: self dtype=sym_int8 draft=4 adaptive=off",
                "speculate: self skip=1 draft=3 adaptive=off"
            })
    void everySwitchGivesTheCpusTokens(String mode) {
        set(mode);
        int[] onCpu = generate();
        assertEquals(TOKENS, onCpu.length);
        llm.device(device());
        assertArrayEquals(onCpu, generate(), mode);
        assertArrayEquals(onCpu, generate(), mode + ", again");
        llm.device(device() + " layers=2");
        assertEquals(device() + " layers=2", llm.device());
        assertArrayEquals(onCpu, generate(), mode + ", two layers there");
        assertTrue(notes().contains("layers lie on two devices"), this::notes);
        llm.device("cpu");
        assertArrayEquals(onCpu, generate(), mode + ", back");
    }

    @Test
    void aRooflineIsThatOfTheDevice() {
        llm.device(device());
        Standing standing = Roofline.of(llm);
        assertEquals(device(), standing.device());
        assertTrue(standing.gigabytes() > 0 && standing.gigabytes() < standing.mostGigabytes(), standing::toString);
        assertTrue(standing.gigaflops() > 0 && standing.gigaflops() < standing.mostGigaflops(), standing::toString);
        llm.device(device() + " layers=2");
        var e = assertThrows(LoupeException.class, () -> Roofline.of(llm));
        assertTrue(e.getMessage().contains("use %device"), e.getMessage());
    }

    /** On the device the same as by a change while there. */
    @Test
    void switchesActAtOnceThere() {
        llm.window("24 sinks=4");
        int[] windowed = generate();
        llm.window("off").device(device());
        int[] plain = generate();
        llm.window("24 sinks=4");
        assertArrayEquals(windowed, generate());
        llm.window("off").cache("q8_0").cache("full");
        assertArrayEquals(plain, generate());
        llm.dtype("sym_int8");
        generate();
        llm.dtype("fp32");
        assertArrayEquals(plain, generate());
        var e = assertThrows(LoupeException.class, () -> llm.cache("fp4"));
        assertTrue(e.getMessage().contains("has no kernel for a cache in"), e.getMessage());
        assertArrayEquals(plain, generate());
    }

    @Test
    void afterAStopTheNextGenerationIsAsFresh() {
        llm.device(device());
        int[] fresh = generate();
        var count = new AtomicInteger();
        var options = llm.sampling().with("max_tokens=40 temperature=0 ignore_eos raw");
        Run stopped = llm.generate(PROMPT, options, (id, text) -> {
            if (count.incrementAndGet() == 3) {
                llm.cancel();
            }
        });
        assertEquals(FinishReason.CANCELLED, stopped.finish());
        assertArrayEquals(fresh, generate());
    }

    @Test
    void twoDevicesSideBySideDoNotDisturbEachOther() {
        int[] plain = generate();
        try (Llm other = Loupe.load(Reference.path("gemma3-text").toString(), "dtype=fp32")) {
            var options = other.sampling().with("max_tokens=40 temperature=0 ignore_eos raw");
            int[] alone = other.generate(PROMPT, options, TokenListener.NONE).ids();
            llm.device(device());
            other.device(device());
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(plain, generate());
                assertArrayEquals(
                        alone,
                        other.generate(PROMPT, options, TokenListener.NONE).ids());
            }
        }
        assertArrayEquals(plain, generate());
    }

    /**
     * A dozen in every run; {@code -Dloupe.switches=1000} for as many as a workshop never makes. A third more come
     * first, for the compilers' memory grows over some hundred.
     */
    @Test
    void switchesThereAndBackLeakNothing(TestReporter reporter) throws IOException {
        int switches = Integer.getInteger("loupe.switches", 12);
        int[] plain = generate();
        long ledger = 0;
        long free = 0;
        long outside = 0;
        for (int i = -switches / 3; i < switches; i++) {
            if (i == 0) {
                ledger = llm.status().memory().total();
                free = freeBytes();
                outside = bytesOutsideOfTheHeap();
            }
            llm.device(device());
            llm.device("cpu");
        }
        long ledgerAfter = llm.status().memory().total();
        long freeAfter = freeBytes();
        long outsideAfter = bytesOutsideOfTheHeap();
        reporter.publishEntry("%,d switches to %s and back".formatted(switches, device()), """
                ledger %,d -> %,d bytes, free there %,d -> %,d, outside of Java's heap %,d -> %,d""".formatted(
                        ledger, ledgerAfter, free, freeAfter, outside, outsideAfter));
        assertEquals(ledger, ledgerAfter);
        assertTrue(freeAfter > free - (8 << 20), "%,d bytes free, %,d before".formatted(freeAfter, free));
        long more = outsideAfter - outside;
        assertTrue(more < (64 << 20) + switches * 20_000L, "%,d bytes more after %d".formatted(more, switches));
        assertArrayEquals(plain, generate());
    }

    /** Of the device. */
    private long freeBytes() {
        Device device = Devices.find(device());
        try (Backend backend = Devices.open(device, 1, new MemoryLedger(), new Cancellation())) {
            return backend.freeBytes();
        }
    }

    /** Memory of this process that is not Java's heap; 0 where the system does not tell. */
    private static long bytesOutsideOfTheHeap() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return 0;
        }
        System.gc();
        String resident = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(resident.replaceAll("\\D", "")) * 1024
                - Runtime.getRuntime().totalMemory();
    }

    @Test
    void aDeviceThatCannotTakeItLeavesTheFormerOneActive() {
        int[] plain = generate();
        long before = llm.status().memory().total();
        assertThrows(LoupeException.class, () -> llm.device(device() + " layers=0"));
        assertThrows(LoupeException.class, () -> llm.device("cpu layers=1"));
        llm.cache("fp4");
        var e = assertThrows(LoupeException.class, () -> llm.device(device()));
        assertTrue(e.getMessage().contains("%device cpu"), e.getMessage());
        assertEquals("cpu", llm.device());
        llm.cache("full");
        long after = llm.status().memory().total();
        assertTrue(after <= before, "%,d bytes, %,d before".formatted(after, before));
        assertArrayEquals(plain, generate());
    }
}
