package dev.loupe.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    private static final List<String> DTYPES = List.of("fp32", "fp16", "bf16", "sym_int8", "sym_int4", "asym_int4");

    @Test
    void nearestFirst() {
        assertEquals(List.of("sym_int4", "asym_int4", "sym_int8"), Nearest.of("syn_int4", DTYPES));
        assertEquals(List.of("fp16"), Nearest.of("fp61", DTYPES).subList(0, 1));
        assertEquals(List.of("sym_int4", "sym_int8"), Nearest.of("sym", DTYPES));
        assertEquals(List.of("generate"), Nearest.of("%genrate", List.of("generate", "model", "status")));
    }

    @Test
    void nothingNear() {
        assertEquals(List.of(), Nearest.of("zebra", DTYPES));
        assertEquals(List.of(), Nearest.of("", DTYPES));
        assertEquals(List.of(), Nearest.of("f".repeat(100_000), DTYPES));
        assertEquals("use one of a, b.", Nearest.remedy("zebra", List.of("a", "b")));
        assertEquals("did you mean fp32?", Nearest.remedy("fp3", List.of("fp32", "bf16")));
    }
}
