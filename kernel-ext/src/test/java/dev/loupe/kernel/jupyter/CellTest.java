package dev.loupe.kernel.jupyter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class CellTest {
    @Test
    void isOpenUntilTheKernelPutsTheFormerOutputBack() {
        PrintStream former = System.out;
        var bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            Cell cell = Cell.enter();
            System.out.println("é");
            var value = new Object();
            cell.showed(value);
            assertTrue(cell.isOpen());
            assertTrue(cell.hasShown(value));
            assertFalse(cell.hasShown(new Object()));
            System.setOut(former);
            assertFalse(cell.isOpen());
            assertFalse(cell.hasShown(value));
            assertEquals("é" + System.lineSeparator(), bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(former);
        }
    }
}
