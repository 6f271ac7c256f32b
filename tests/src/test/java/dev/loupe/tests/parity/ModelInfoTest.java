package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loupe.Loupe;
import dev.loupe.ModelInfo;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.HfToGguf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the reference models say of themselves before they are loaded. */
class ModelInfoTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llama2-mha    | none                      | theta 10000",
                "llama31-gqa   | none                      | theta 5000, scaling llama3 x 8 over 64",
                "mistral-swa   | 16 tokens in all layers   | theta 10000",
                "qwen2         | none                      | theta 1000000",
                "gemma2        | 16 tokens in 2 of 4 layers | theta 10000",
                "gemma3-text   | 12 tokens in 3 of 4 layers | theta 100000, 1000 in sliding layers",
                "phi3-longrope | none                      | theta 10000, 0.75 of each head, scaling longrope over 32",
                "baichuan2-13b | none                      | none (ALiBi)",
            })
    void windowAndPositions(String model, String window, String rope) {
        ModelInfo info = Loupe.info(Reference.path(model).toString());
        assertEquals(window, info.window());
        assertEquals(rope, info.rope());
        assertTrue(info.obstacle().isEmpty());
        assertTrue(info.fit().fits());
        assertTrue(info.toString().startsWith(info.name() + "  " + info.architecture()), info.toString());
    }

    @Test
    void shapesDtypesAndLicence() throws IOException {
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(Reference.path("mixtral-moe").resolve(file), folder.resolve(file));
        }
        assertEquals(Optional.empty(), Loupe.info(folder.toString()).licence());
        Files.writeString(folder.resolve("README.md"), "---\nlanguage: en\nlicense: apache-2.0\n---\nlicense: mit\n");
        ModelInfo info = Loupe.info(folder.toString());
        assertEquals(Optional.of("apache-2.0"), info.licence());
        assertEquals(new ModelInfo.Shape(2, 64, 112, 4, 2, 16, 512, 4, 2), info.shape());
        assertEquals("[bf16]", info.dtypes().keySet().toString());
        assertEquals(info.diskBytes(), info.dtypes().get("bf16").bytes());
        Files.writeString(folder.resolve("README.md"), "---\nlicense: other\nlicense_name: own-terms\n---\n");
        assertEquals(Optional.of("own-terms"), Loupe.info(folder.toString()).licence());
    }

    @Test
    void ofAGgufIsThatOfItsFolder() {
        Path gguf = HfToGguf.write(Reference.path("phi3-longrope"), folder.resolve("m.gguf"));
        ModelInfo info = Loupe.info(Reference.path("phi3-longrope").toString());
        ModelInfo same = Loupe.info(gguf.toString());
        assertEquals(info.shape(), same.shape());
        assertEquals(info.rope(), same.rope());
        assertEquals(info.footprint().parameters(), same.footprint().parameters());
    }

    @Test
    void anArchitectureThatIsNotSupportedIsToldYetNamed() throws IOException {
        var mapper = new ObjectMapper();
        JsonNode config = mapper.readTree(
                Reference.path("llama2-mha").resolve("config.json").toFile());
        mapper.writeValue(
                folder.resolve("config.json").toFile(), ((ObjectNode) config).put("model_type", "starcoder9"));
        Files.copy(Reference.path("llama2-mha").resolve("model.safetensors"), folder.resolve("model.safetensors"));
        ModelInfo info = Loupe.info(folder.toString());
        assertTrue(info.obstacle().orElseThrow().contains("starcoder9"));
        assertFalse(info.footprint().parts().isEmpty());
        assertThrows(LoupeException.class, () -> Loupe.load(folder.toString()));
    }
}
