package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.model.RandomModel;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** More threads than cores, and other work on all of them: slower, never wrong and never stuck. */
final class TeamTest {
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final Duration STUCK = Duration.ofMinutes(2);

    @Test
    void everyPieceIsTakenOnceOnCrowdedCores() {
        int pieces = 1_000;
        crowded(() -> {
            try (var team = new Team(4 * CORES, new Cancellation())) {
                for (int round = 0; round < 200; round++) {
                    var taken = new AtomicIntegerArray(pieces);
                    boolean stretches = round % 2 == 0;
                    team.run(rank -> {
                        for (int i; (i = stretches ? team.next(rank, 1, pieces) : team.next(1, pieces)) >= 0; ) {
                            taken.incrementAndGet(i);
                        }
                    });
                    for (int i = 0; i < pieces; i++) {
                        assertEquals(1, taken.get(i), "piece " + i);
                    }
                }
            }
        });
    }

    @Test
    void logitsAreThoseOfOneThreadOnCrowdedCores() {
        float[] alone = logits(1);
        crowded(() -> assertArrayEquals(alone, logits(4 * CORES)));
    }

    @Test
    void aFailureOfOneThreadEndsTheTaskAndLeavesTheTeamUsable() {
        crowded(() -> {
            try (var team = new Team(4 * CORES, new Cancellation())) {
                Team.Task failing = rank -> {
                    throw new IllegalStateException("rank " + rank);
                };
                assertThrows(IllegalStateException.class, () -> team.run(failing));
                team.run(rank -> team.next(1, 1));
            }
        });
    }

    private static float[] logits(int threads) {
        var sizes = new RandomModel.Sizes("small", 2, 256, 512, 4, 2, 1_000);
        var ledger = new MemoryLedger();
        try (var backend = new VectorBackend(threads, ledger, new Cancellation());
                var model = new RandomModel(sizes, DTypes.SYM_INT8, backend, ledger);
                var pass = new ForwardPass(model.decoder(), backend, 32, bytes -> {});
                var cache = pass.newCache(CachePlan.exact(), 64, bytes -> {})) {
            var logits = new float[sizes.vocabulary()];
            pass.last(new int[20], cache, logits);
            for (int i = 0; i < 10; i++) {
                pass.last(new int[] {i}, cache, logits);
            }
            return logits;
        }
    }

    private static void crowded(Runnable work) {
        var end = new AtomicBoolean();
        for (int i = 0; i < CORES; i++) {
            Thread.ofPlatform().daemon().start(() -> {
                while (!end.get()) {
                    Thread.onSpinWait();
                }
            });
        }
        try {
            assertTimeoutPreemptively(STUCK, work::run);
        } finally {
            end.set(true);
        }
    }
}
