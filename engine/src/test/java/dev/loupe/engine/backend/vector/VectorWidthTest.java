package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VectorWidthTest {
    private static final int WIDEST = VectorWidth.widths().getFirst();
    private static final int NEXT = VectorWidth.widths().getLast();

    @TempDir
    private Path folder;

    @Test
    void theWidestIsTakenUnlessAnotherIsClearlyFaster() {
        assertEquals(WIDEST, of(10, 10.5).best());
        assertEquals(WIDEST, of(10, 4).best());
        assertEquals(NEXT, of(10, 12).best());
    }

    @Test
    void whatIsKeptIsRemembered() {
        assertEquals(Optional.empty(), VectorWidth.remembered(folder));
        VectorWidth measured = of(10, 12);
        measured.keep(folder);
        assertEquals(Optional.of(measured), VectorWidth.remembered(folder));
    }

    @Test
    void aFileThatIsDamagedOrOfAnotherMachineCountsAsNone() throws IOException {
        of(10, 12).keep(folder);
        Path file = VectorWidth.file(folder);
        List<String> lines = Files.readAllLines(file);
        for (List<String> damaged : List.of(
                List.<String>of(),
                lines.subList(0, 1),
                lines.subList(0, lines.size() - 1),
                List.of(lines.getFirst(), "sym_int4 77 10", lines.getLast()),
                List.of(lines.getFirst(), lines.get(1), "sym_int4 " + NEXT + " NaN"),
                List.of(lines.getFirst(), lines.get(1), "sym_int4 " + NEXT),
                List.of("another machine", lines.get(1), lines.getLast()))) {
            Files.write(file, damaged);
            assertEquals(Optional.empty(), VectorWidth.remembered(folder), damaged::toString);
        }
        Files.write(file, new byte[] {(byte) 0xff, 0, (byte) 0xfe});
        assertEquals(Optional.empty(), VectorWidth.remembered(folder));
    }

    @Test
    void aProcessReadsEveryDtypeAtTheWidthItIsToldAndGivesTheSameBits() {
        var bits = new ArrayList<String>();
        for (int width : VectorWidth.widths()) {
            List<VectorWidth.Reading> readings = WidthTrial.run(width);
            assertTrue(readings.size() > 5, readings::toString);
            readings.forEach(reading -> assertEquals(width, reading.bits()));
            bits.add(WidthBits.ofProcess(width));
            assertEquals(WidthBits.CASES, bits.getLast().lines().count(), bits::toString);
        }
        assertEquals(1, bits.stream().distinct().count(), bits::toString);
    }

    private static VectorWidth of(double widest, double next) {
        return new VectorWidth(List.of(
                new VectorWidth.Reading("sym_int4", WIDEST, widest), new VectorWidth.Reading("sym_int4", NEXT, next)));
    }
}
