package dev.loupe.kernel.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What other engines print, recorded from llama.cpp 0c1e570 and ik_llama.cpp 8337e4cd3. */
final class PeerTest {
    private static final LlamaBench BENCH = new LlamaBench("llama-bench", Path.of("llama-bench"), List.of());

    @ParameterizedTest
    @CsvSource({
        "llama-bench.txt, 16, 4, false, 85.281104, 35.074693",
        "llama-bench-depth.txt, 16, 4, true, NaN, 32.566",
        "ik.txt, 16, 4, false, 177.520, 9.791",
        "ik-depth.txt, 16, 4, true, 227.766, 31.666",
        "ik.txt, 0, 4, false, NaN, 9.791",
        "ik.txt, 32, 8, false, NaN, NaN"
    })
    void aRateComesFromTheTestThatWasAskedFor(
            String file, int prompt, int generate, boolean inContext, double reading, double writing)
            throws IOException {
        Rates rates = BENCH.rates(recorded(file), new Workload(prompt, generate, inContext));
        assertEquals(reading, rates.prompt(), 1e-3);
        assertEquals(writing, rates.generation(), 1e-3);
    }

    @Test
    void warningsAroundTheResultsDoNotMatter() throws IOException {
        String noisy = "warning: [x] is slow\n" + recorded("llama-bench.txt") + "bye\n";
        assertEquals(35.074693, BENCH.rates(noisy, new Workload(16, 4, false)).generation());
        var none = assertThrows(LoupeException.class, () -> BENCH.rates("[oops]", new Workload(16, 4, false)));
        assertTrue(none.getMessage().contains("-o json"), none::getMessage);
    }

    @Test
    void theNameTellsTheEngineAndOptionsFollowThePath(@TempDir Path folder) throws IOException {
        Path program = Files.createFile(folder.resolve("a program"));
        var ik = new LlamaBench("llama-bench-ik", program, List.of("-rtr", "1", "-fa", "0"));
        assertEquals(ik, Peer.parse("llama-bench-ik=" + program + " -rtr 1  -fa 0"));
        var java = new Llama3Java("llama3.java", program, List.of("-Dllama.VectorBitSize=256"));
        assertEquals(java, Peer.parse("llama3.java=" + program + " -Dllama.VectorBitSize=256"));
    }

    /** Its class of the same name is all of llama3.java's that the driver's compilation needs to fail over. */
    @Test
    void aSourceThatIsAnotherProgramIsRefused(@TempDir Path folder) throws IOException {
        Path other = Files.writeString(folder.resolve("Llama3.java"), "package com.llama4j; public class Llama3 {}");
        Peer peer = Peer.parse("llama3.java=" + other);
        var refused = assertThrows(LoupeException.class, () -> peer.measure(other, 1, new Workload(1, 1, false)));
        assertTrue(refused.getMessage().contains("cannot be compiled"), refused::getMessage);
    }

    @Test
    void theDriversReportIsRead() {
        var peer = new Llama3Java("llama3.java", Path.of("Llama3.java"), List.of());
        assertEquals(new Rates(73.829, 53.581), peer.rates("Load: 12 millis\nloupe: pp 73.829 tg 53.581\n"));
        assertEquals(new Rates(Double.NaN, 53.581), peer.rates("loupe: pp NaN tg 53.581\n"));
        assertThrows(LoupeException.class, () -> peer.rates("Killed\n"));
    }

    private static String recorded(String file) throws IOException {
        try (InputStream in = PeerTest.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
