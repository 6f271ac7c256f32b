package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class HugePagesTest {
    private final HugePages pages = new HugePages();

    @Test
    void piecesAreZeroedAlignedAndApart() {
        var arenas = new ArrayList<Arena>();
        var pieces = new ArrayList<MemorySegment>();
        for (long size : new long[] {1, 63, 64, 65, 4_096, 3_000_001}) {
            Arena arena = Arena.ofShared();
            MemorySegment piece = pages.allocate(size, arena);
            assertEquals(size, piece.byteSize());
            assertEquals(0, piece.address() % 64);
            assertTrue(isZero(piece), size + " bytes");
            piece.fill((byte) size);
            arenas.add(arena);
            pieces.add(piece);
        }
        for (MemorySegment piece : pieces) {
            assertEquals((byte) piece.byteSize(), piece.get(ValueLayout.JAVA_BYTE, piece.byteSize() - 1));
        }
        arenas.forEach(Arena::close);
    }

    @Test
    void useAfterGivingBackThrows() {
        Arena arena = Arena.ofShared();
        MemorySegment piece = pages.allocate(100, arena);
        arena.close();
        assertThrows(IllegalStateException.class, () -> piece.get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> other().get(ValueLayout.JAVA_BYTE, 100));
    }

    private MemorySegment other() {
        return pages.allocate(100, Arena.ofAuto());
    }

    @Test
    void whatIsGivenBackIsNotKeptThoughItsNeighboursAre() throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/statm")), "skipped: no /proc, so no resident size");
        long piece = 16 << 20;
        var arenas = new ArrayList<Arena>();
        long before = resident();
        for (int i = 0; i < 8; i++) {
            Arena arena = Arena.ofShared();
            pages.allocate(piece, arena).fill((byte) 1);
            arenas.add(arena);
        }
        long full = resident();
        assertTrue(full - before > 7 * piece, full - before + " bytes more");
        for (int i : List.of(1, 3, 5, 7)) {
            arenas.get(i).close();
        }
        long half = resident();
        assertTrue(full - half > 3 * piece, full - half + " bytes given back");
        for (int i : List.of(0, 2, 4, 6)) {
            arenas.get(i).close();
        }
        assertTrue(half - resident() > 3 * piece, half - resident() + " bytes given back");
    }

    private static boolean isZero(MemorySegment piece) {
        for (long i = 0; i < piece.byteSize(); i++) {
            if (piece.get(ValueLayout.JAVA_BYTE, i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static long resident() throws IOException {
        return 4_096
                * Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
    }
}
