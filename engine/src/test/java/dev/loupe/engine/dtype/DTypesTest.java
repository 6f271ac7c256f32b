package dev.loupe.engine.dtype;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DTypesTest {
    @Test
    void everyNameFindsItsDtypeWhateverTheCase() {
        for (DType dtype : DTypes.all()) {
            assertEquals(dtype, DTypes.parse(dtype.id()));
            assertEquals(dtype, DTypes.parse(" " + dtype.id().toUpperCase(Locale.ROOT) + " "));
            for (String alias : dtype.aliases()) {
                assertEquals(dtype, DTypes.parse(alias));
            }
        }
        assertEquals(DTypes.SYM_INT4, DTypes.parse("Q4_0"));
    }

    @Test
    void noNameIsTakenTwice() {
        Set<String> names = new HashSet<>();
        for (DType dtype : DTypes.all()) {
            assertTrue(names.add(dtype.id()), dtype.id());
            dtype.aliases().forEach(alias -> assertTrue(names.add(alias), alias));
        }
    }

    @Test
    void anUnknownNameIsToldTheNearestAndTheList() {
        String message = assertThrows(LoupeException.class, () -> DTypes.parse("sym_int44"))
                .getMessage();
        assertTrue(message.contains("'sym_int44'"), message);
        assertTrue(message.contains("use sym_int4 or"), message);
        DTypes.all().forEach(dtype -> assertTrue(message.contains(dtype.id()), message));
        assertThrows(LoupeException.class, () -> DTypes.parse(""));
        assertTrue(assertThrows(LoupeException.class, () -> DTypes.parse("x".repeat(100_000)))
                        .getMessage()
                        .length()
                < 1000);
    }

    @Test
    void aPartialBlockIsRefused() {
        for (DType dtype : DTypes.all()) {
            int n = dtype.blockElements() + 1;
            if (dtype.blockElements() > 1) {
                MemorySegment bytes = MemorySegment.ofArray(new byte[2 * dtype.blockBytes()]);
                assertThrows(IllegalArgumentException.class, () -> dtype.decode(bytes, 0, new float[n], 0, n));
            }
        }
    }
}
