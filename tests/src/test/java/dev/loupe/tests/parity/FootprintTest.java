package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.format.HfToGguf;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.format.ModelFormats;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.model.Fit;
import dev.loupe.engine.model.Footprint;
import dev.loupe.engine.model.LoadedModel;
import dev.loupe.engine.model.arch.Architectures;
import dev.loupe.engine.ops.ReferenceBackend;
import dev.loupe.engine.trace.MemoryLedger;
import dev.loupe.engine.trace.Progress;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is reckoned from shapes before loading, against what the ledger counts after it. */
class FootprintTest {
    @TempDir
    private Path folder;

    static Stream<String> models() {
        return ReferenceModelsTest.models();
    }

    @ParameterizedTest
    @MethodSource("models")
    void isWhatTheLedgerCounts(String name) {
        for (Path path :
                List.of(Reference.path(name), HfToGguf.write(Reference.path(name), folder.resolve(name + ".gguf")))) {
            try (ModelFiles files = ModelFormats.open(path)) {
                for (DType dtype : new DType[] {null, DTypes.FP32, DTypes.SYM_INT8, DTypes.Q4_K}) {
                    var plan = new DtypePlan(dtype);
                    var ledger = new MemoryLedger();
                    try (var backend = new ReferenceBackend(ledger);
                            var model = LoadedModel.load(
                                    files,
                                    Architectures.of(files.config().modelType()),
                                    plan,
                                    backend,
                                    ledger,
                                    "",
                                    Progress.NONE)) {
                        assertEquals(plan, model.plan());
                        assertEquals(
                                ledger.snapshot().weightBytes(),
                                Footprint.of(files, plan).weightBytes(),
                                path + " " + plan);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void shapesAndDtypesAreThoseOfTheTensors(String name) {
        for (Path path :
                List.of(Reference.path(name), HfToGguf.write(Reference.path(name), folder.resolve(name + ".gguf")))) {
            try (ModelFiles files = ModelFormats.open(path);
                    Arena arena = Arena.ofShared()) {
                for (String tensor : files.tensorNames()) {
                    assertEquals(files.tensor(tensor, arena).info(), files.tensorInfo(tensor), tensor);
                }
            }
        }
    }

    @Test
    void everyWeightIsInOnePart() {
        try (ModelFiles files = ModelFormats.open(Reference.path("qwen2"))) {
            Footprint footprint = Footprint.of(files, DtypePlan.asStored());
            assertEquals(
                    List.of("embedding", "attention", "feed-forward", "norms and biases", "head"),
                    footprint.parts().stream().map(Footprint.Part::name).toList());
            long elements = files.tensorNames().stream()
                    .mapToLong(name -> files.tensorInfo(name).shape().elements())
                    .sum();
            assertEquals(elements, footprint.parameters());
            assertEquals(
                    files.bytes(),
                    footprint.parts().stream()
                            .mapToLong(Footprint.Part::storedBytes)
                            .sum());
            var config = files.config();
            long perToken = 2L * config.numHiddenLayers() * config.numKeyValueHeads() * config.headDim() * Float.BYTES;
            assertEquals(perToken, footprint.cacheBytesPerToken());
            assertEquals(
                    footprint.weightBytes() + perToken * config.maxPositionEmbeddings(),
                    footprint.needed(),
                    "a context below 2048 is reckoned whole");
        }
    }

    @Test
    void whatDoesNotFitNamesTheLargestThatDoes() {
        try (ModelFiles files = ModelFormats.open(Reference.path("llama2-mha"))) {
            var asked = new DtypePlan(DTypes.FP32);
            long fp32 = Footprint.of(files, asked).needed();
            long fp16 = Footprint.of(files, new DtypePlan(DTypes.FP16)).needed();
            long int8 = Footprint.of(files, new DtypePlan(DTypes.SYM_INT8)).needed();
            assertTrue(Fit.of(files, asked, fp32).fits());
            Fit.of(files, asked, fp32).require("cpu");

            Fit tight = Fit.of(files, asked, fp32 - 1);
            assertFalse(tight.fits());
            assertEquals(new Fit.Alternative(DTypes.FP16, fp16), tight.remedy().orElseThrow());
            Fit tighter = Fit.of(files, asked, fp16 - 1);
            assertEquals(
                    new Fit.Alternative(DTypes.SYM_INT8, int8), tighter.remedy().orElseThrow());
            var e = assertThrows(LoupeException.class, () -> tighter.require("cuda:0"));
            assertTrue(e.getMessage().contains("As fp32 the model needs"), e.getMessage());
            assertTrue(e.getMessage().contains("choose dtype=sym_int8, which needs"), e.getMessage());
            assertTrue(e.getMessage().contains("of cuda:0 are free"), e.getMessage());
            assertTrue(
                    e.getMessage().endsWith("or leave layers to the cpu with %device cuda:0 layers=1."),
                    e.getMessage());

            Fit none = Fit.of(files, asked, 1);
            assertTrue(none.remedy().isEmpty());
            assertTrue(assertThrows(LoupeException.class, () -> none.require("cpu"))
                    .getMessage()
                    .endsWith("choose a smaller model."));
        }
    }

    @Test
    void readsAsASentence() {
        long gib = 1L << 30;
        var better = new Fit.Alternative(DTypes.Q4_K, (long) (3.9 * gib));
        assertEquals(
                "needs 5.1 GiB, 4.6 GiB free: q4_k would need 3.9 GiB",
                new Fit("fp16", (long) (5.1 * gib), (long) (4.6 * gib), 32, Optional.of(better)).toString());
        assertEquals(
                "needs 94 MiB, 4.6 GiB free",
                new Fit("stored", 94L << 20, (long) (4.6 * gib), 32, Optional.empty()).toString());
    }
}
