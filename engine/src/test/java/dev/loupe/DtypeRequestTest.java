package dev.loupe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DtypeRequestTest {
    @ParameterizedTest
    @CsvSource({
        "stored, stored",
        "q4_k, q4_k",
        "Q8_0, sym_int8",
        "q4_k embed=q8_0 head=q6_k, q4_k embed=sym_int8 head=q6_k",
        "stored embed=fp16, stored embed=fp16",
        "embed=fp16 fp8, fp8_e5m2 embed=fp16"
    })
    void names(String text, String plan) {
        DtypeRequest request = DtypeRequest.parse(text);
        assertEquals(plan, request.plan().toString());
        assertEquals(Optional.empty(), request.limit());
        assertEquals(request, DtypeRequest.parse(plan), "a plan reads as it is written");
    }

    @ParameterizedTest
    @CsvSource({"auto 700MiB, 734003200", "auto 1.5G, 1610612736", "auto 64mb, 67108864", "auto 2kib embed=fp16, 2048"})
    void sizes(String text, long bytes) {
        assertEquals(Optional.of(bytes), DtypeRequest.parse(text).limit());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "auto",
                "auto 700",
                "auto -1MiB",
                "auto 99999999999GiB",
                "auto 7 MiB",
                "q4_k q6_k",
                "q44",
                "embed=q8_0",
                "q4_k embed=x",
                "q4_k hat=q8_0",
                "q4_k embed=",
                "q4_k embed=q8_0 embed=q6_k"
            })
    void whatIsNotUnderstoodIsSaid(String text) {
        var e = assertThrows(LoupeException.class, () -> DtypeRequest.parse(text));
        assertTrue(e.getMessage().matches("[^\\n]*[.?]"), e.getMessage());
    }
}
