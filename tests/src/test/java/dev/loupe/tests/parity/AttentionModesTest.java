package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.attention.AttentionPlan;
import dev.loupe.engine.backend.vector.VectorBackend;
import dev.loupe.engine.cache.CacheFormat;
import dev.loupe.engine.cache.CacheInfo;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.cache.PagedCache;
import dev.loupe.engine.cache.Retention;
import dev.loupe.engine.decode.Session;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.ops.Mask;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What attention and caches may change of a model's logits, and what they may not. */
class AttentionModesTest {
    private static final int LENGTH = 300;
    private static final int CAPACITY = 400;
    private static final CachePlan SNAP = CachePlan.exact().with(new Retention.SnapKv(32));
    private static final CachePlan H2O = CachePlan.exact().with(new Retention.HeavyHitters(32));

    private static TinyModel model(String name) {
        var backend = new VectorBackend(2, new MemoryLedger(), new Cancellation());
        return new TinyModel(Reference.path(name), new Fp32(), backend, 512);
    }

    private static int[] ids(TinyModel model, int count) {
        var random = new Random(3);
        return IntStream.range(0, count)
                .map(i -> 1 + random.nextInt(model.pass().vocabularySize() - 1))
                .toArray();
    }

    private static float[][] logits(ForwardPass pass, PagedCache cache, int[] ids) {
        var logits = new float[ids.length][];
        try (cache) {
            pass.run(ids, cache, 0, (index, values) -> logits[index] = values.clone());
        }
        return logits;
    }

    private static PagedCache cache(ForwardPass pass, CachePlan plan) {
        return pass.newCache(plan, CAPACITY, bytes -> {});
    }

    static Stream<String> models() {
        return ReferenceModelsTest.models();
    }

    @ParameterizedTest
    @MethodSource("models")
    void naiveIsFlash(String name) {
        try (var model = model(name);
                var flash = model.pass(AttentionPlan.standard(), 512);
                var naive = model.pass(AttentionPlan.standard().withFlash(false), 512)) {
            int[] ids = ids(model, name.equals("phi3-longrope") ? 30 : 90);
            float[][] expected = logits(flash, cache(flash, CachePlan.exact()), ids);
            float[][] actual = logits(naive, cache(naive, CachePlan.exact()), ids);
            for (int t = 0; t < ids.length; t++) {
                assertArrayEquals(expected[t], actual[t], 1e-4f, name + ", token " + t);
            }
        }
    }

    /** A window's cache gives the bits of a full cache with the window's mask, whole and in chunks. */
    @Test
    void aSlidingCacheIsAFullOneWithAMask() {
        for (Mask mask : List.of(Mask.sliding(1), Mask.sliding(40), new Mask(40, 4), new Mask(65, 70))) {
            try (var model = model("llama31-gqa");
                    var whole = model.pass(AttentionPlan.standard().withWindow(mask), LENGTH);
                    var chunked = model.pass(AttentionPlan.standard().withWindow(mask), 16)) {
                int[] ids = ids(model, LENGTH);
                float[][] expected = logits(whole, model.cache(CAPACITY), ids); // keeps everything
                assertArrayEquals(expected, logits(whole, cache(whole, CachePlan.exact()), ids), mask.toString());
                var sliding = cache(chunked, CachePlan.exact());
                assertArrayEquals(expected, logits(chunked, sliding, ids), mask.toString());
            }
        }
    }

    @Test
    void aSlidingCacheHoldsWindowAndSinksOnly() {
        var mask = new Mask(40, 4);
        try (var model = model("llama31-gqa");
                var pass = model.pass(AttentionPlan.standard().withWindow(mask), 16);
                var cache = cache(pass, CachePlan.exact())) {
            int pages = (40 + 16 - 1 + 2 * 63) / 64 + 1; // window + chunk - 1 in whole pages, and that of the sinks
            int[] ids = ids(model, LENGTH);
            pass.run(ids, cache, ids.length, (index, logits) -> {});
            CacheInfo info = cache.info();
            CacheInfo.Layer layer = info.layers().getFirst();
            var expected = new BitSet();
            expected.set(0, 4);
            expected.set(LENGTH - 39, LENGTH);
            assertEquals(expected, layer.live(), "what the next token sees of what is there");
            long page = 2L * 4 * 64 * model.kvColumns();
            assertTrue(layer.bytes() <= pages * page, layer.bytes() + " bytes");
            assertTrue(info.bytes() <= (pages + 1) * page * info.layers().size(), info.bytes() + " bytes in all");
            assertFalse(cache.canTrim(100));
            var e = assertThrows(LoupeException.class, () -> cache.trim(100));
            assertTrue(e.getMessage().contains("read the text again"), e.getMessage());
            assertEquals(LENGTH, cache.length());
        }
    }

    @Test
    void aLargeBudgetAndManyBlocksLoseNothing() {
        try (var model = model("qwen3");
                var pass = model.pass(AttentionPlan.standard(), 64);
                var sparse = model.pass(AttentionPlan.standard().withSparse(new AttentionPlan.Sparse(100, 16)), 64)) {
            int[] ids = ids(model, 120);
            float[] expected = generate(pass, cache(pass, CachePlan.exact()), ids);
            for (Retention all : List.of(new Retention.SnapKv(1_000), new Retention.HeavyHitters(1_000))) {
                assertArrayEquals(
                        expected, generate(pass, cache(pass, CachePlan.exact().with(all)), ids));
            }
            assertArrayEquals(expected, generate(sparse, cache(sparse, CachePlan.exact()), ids));
        }
    }

    /** Logits after a prompt and then 20 tokens one by one. */
    private static float[] generate(ForwardPass pass, PagedCache cache, int[] ids) {
        var logits = new float[pass.vocabularySize()];
        try (cache) {
            pass.last(Arrays.copyOf(ids, ids.length - 20), cache, logits);
            for (int i = ids.length - 20; i < ids.length; i++) {
                pass.last(new int[] {ids[i]}, cache, logits);
            }
        }
        return logits;
    }

    @Test
    void compressingCachesKeepTheirBudget() {
        try (var model = model("llama31-gqa");
                var pass = model.pass(AttentionPlan.standard(), 64)) {
            for (CachePlan plan : List.of(SNAP, H2O)) {
                try (var cache = cache(pass, plan)) {
                    int[] ids = ids(model, 250);
                    pass.run(ids, cache, ids.length, (index, logits) -> {});
                    pass.run(new int[] {1}, cache, 1, (index, logits) -> {});
                    int slots = cache.view(0).slots().of(cache.length());
                    assertTrue(slots >= 32 && slots <= 32 + 64 + 64 + 1, plan + ": " + slots);
                    assertTrue(cache.view(0).slots().next() > 0);
                    CacheInfo info = cache.info();
                    long pages = info.layers().stream()
                            .mapToLong(CacheInfo.Layer::bytes)
                            .sum();
                    long block = pages / ((slots + 63) / 64); // a page of each layer
                    assertTrue(info.bytes() <= pages + block, info.bytes() + " bytes for " + pages);
                    assertFalse(cache.canTrim(10));
                    assertTrue(cache.canTrim(250), "what the last pass began with");
                }
            }
        }
    }

    @Test
    void aForkGoesOnByItself() {
        try (var model = model("llama31-gqa");
                var pass = model.pass(AttentionPlan.standard(), 64)) {
            int[] ids = ids(model, 200);
            for (CachePlan plan :
                    List.of(CachePlan.exact(), SNAP, H2O, CachePlan.exact().with(half()))) {
                try (var session = new Session(cache(pass, plan))) {
                    var first = new float[pass.vocabularySize()];
                    session.read(ids, pass, first);
                    try (Session fork = session.fork(session.length())) {
                        float[] expected = first.clone();
                        float[] actual = first.clone();
                        for (int i = 0; i < 10; i++) {
                            session.read(new int[] {5 + i}, pass, expected);
                        }
                        for (int i = 0; i < 10; i++) {
                            fork.read(new int[] {5 + i}, pass, actual);
                        }
                        assertArrayEquals(expected, actual, plan.toString());
                    }
                }
            }
        }
    }

    private static CacheFormat half() {
        return new CacheFormat(new Fp16(), new Fp16());
    }

    @Test
    void rewindingIsReadingLess() {
        try (var model = model("llama31-gqa");
                var pass = model.pass(AttentionPlan.standard(), 64);
                var session = new Session(cache(pass, CachePlan.exact()))) {
            int[] ids = ids(model, 100);
            var logits = new float[pass.vocabularySize()];
            session.read(ids, pass, logits);
            session.rewind(30);
            assertEquals(70, session.length());
            session.read(new int[] {7}, pass, logits);
            int[] direct = Arrays.copyOf(ids, 71);
            direct[70] = 7;
            assertArrayEquals(logits(pass, cache(pass, CachePlan.exact()), direct)[70], logits);
            assertThrows(LoupeException.class, () -> session.rewind(72));
            assertThrows(LoupeException.class, () -> session.rewind(-1));
        }
    }

    @Test
    void aSessionComesBackFromItsBytes() throws IOException {
        try (var model = model("llama31-gqa");
                var pass = model.pass(AttentionPlan.standard(), 64);
                var session = new Session(cache(pass, CachePlan.exact().with(half())));
                var other = new Session(cache(pass, CachePlan.exact().with(half())))) {
            var expected = new float[pass.vocabularySize()];
            session.read(ids(model, 90), pass, expected);
            var out = new ByteArrayOutputStream();
            session.write(new DataOutputStream(out), "tiny");
            byte[] bytes = out.toByteArray();
            load(other, bytes, "tiny", pass);
            assertEquals(90, other.length());
            var actual = new float[pass.vocabularySize()];
            session.read(new int[] {3}, pass, expected);
            other.read(new int[] {3}, pass, actual);
            assertArrayEquals(expected, actual);
            var e = assertThrows(LoupeException.class, () -> load(other, bytes, "another", pass));
            assertTrue(e.getMessage().contains("another"), e.getMessage());
            assertEquals(0, other.length());
            damage(bytes, other, pass);
        }
    }

    private static void load(Session session, byte[] bytes, String identity, ForwardPass pass) throws IOException {
        session.read(new DataInputStream(new ByteArrayInputStream(bytes)), identity, pass.vocabularySize());
    }

    /** Cut anywhere and with any byte changed, they are read or refused, and the session is whole or empty. */
    private static void damage(byte[] bytes, Session session, ForwardPass pass) throws IOException {
        var random = new Random(9);
        var logits = new float[pass.vocabularySize()];
        for (int i = 0; i < 400; i++) {
            byte[] changed = bytes.clone();
            if (i % 4 == 0) {
                changed = Arrays.copyOf(bytes, random.nextInt(i % 8 == 0 ? 500 : bytes.length));
            } else {
                changed[random.nextInt(500)] = (byte) random.nextInt(256);
            }
            try {
                load(session, changed, "tiny", pass);
                assertTrue(session.length() <= 90);
            } catch (LoupeException | EOFException e) {
                assertEquals(0, session.length(), e.getMessage());
            }
        }
        session.keepPrefix(new int[] {1}, pass);
        session.read(new int[] {1}, pass, logits);
        assertEquals(1, session.length());
    }
}
