package dev.loupe.engine.backend.vector;

import dev.loupe.engine.trace.Cancellation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.FloatVector;

/**
 * The roofs of this machine (doi.org/10.1145/1498765.1498785): what its memory and its arithmetic give to loops that do
 * nothing else.
 *
 * <p>Invariant: measured once for a number of threads, all of them at the same time, and remembered as long as the JVM
 * lives.
 *
 * @param gigabytes 10^9 bytes read from memory in a second
 * @param gigaflops 10^9 float operations in a second; a multiply-add is two
 */
public record VectorLimits(double gigabytes, double gigaflops) {
    private static final Map<Integer, VectorLimits> KNOWN = new ConcurrentHashMap<>();
    private static final long BYTES = 128L << 20; // a thread, beyond every cache
    private static final int MULTIPLY_ADDS = 1 << 20; // vectors, in a turn
    private static final int CHAINS = 8;
    private static final int TURNS = 12; // the first compile

    private static volatile float sink;

    /** Those of so many threads; the first time takes about a second. */
    public static VectorLimits of(int threads) {
        return KNOWN.computeIfAbsent(threads, VectorLimits::measure);
    }

    private static VectorLimits measure(int threads) {
        try (Arena arena = Arena.ofShared();
                var team = new Team(threads, new Cancellation())) {
            MemorySegment memory = arena.allocate(threads * BYTES, 64);
            memory.fill((byte) 1);
            double reading = best(team, piece -> read(memory, piece * BYTES, BYTES));
            double computing = best(team, piece -> multiplyAdd(MULTIPLY_ADDS / CHAINS));
            double flops = 2.0 * MULTIPLY_ADDS * Lanes.COUNT;
            return new VectorLimits(threads * BYTES / reading / 1e9, threads * flops / computing / 1e9);
        }
    }

    /** A thread's share of the work; its result keeps the compiler from leaving the work out. */
    private interface Share {
        float run(int piece);
    }

    /** Seconds of the fastest turn. */
    private static double best(Team team, Share share) {
        long best = Long.MAX_VALUE;
        for (int turn = 0; turn < TURNS; turn++) {
            long start = System.nanoTime();
            team.run(rank -> {
                for (int piece; (piece = team.next(1, team.size())) >= 0; ) {
                    sink = share.run(piece);
                }
            });
            best = Math.min(best, System.nanoTime() - start);
        }
        return best / 1e9;
    }

    private static float read(MemorySegment memory, long from, long bytes) {
        FloatVector a = FloatVector.zero(Lanes.FLOAT);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int step = 4 * Lanes.COUNT;
        for (long at = from; at < from + bytes; at += 4L * step) {
            a = a.add(load(memory, at));
            b = b.add(load(memory, at + step));
            c = c.add(load(memory, at + 2L * step));
            d = d.add(load(memory, at + 3L * step));
        }
        return a.add(b).add(c.add(d)).lane(0);
    }

    private static FloatVector load(MemorySegment memory, long at) {
        return FloatVector.fromMemorySegment(Lanes.FLOAT, memory, at, ByteOrder.LITTLE_ENDIAN);
    }

    private static float multiplyAdd(int rounds) {
        FloatVector x = FloatVector.broadcast(Lanes.FLOAT, 0.999f);
        FloatVector a = x;
        FloatVector b = x.add(1);
        FloatVector c = x.add(2);
        FloatVector d = x.add(3);
        FloatVector e = x.add(4);
        FloatVector f = x.add(5);
        FloatVector g = x.add(6);
        FloatVector h = x.add(7);
        for (int i = 0; i < rounds; i++) {
            a = a.fma(x, x);
            b = b.fma(x, x);
            c = c.fma(x, x);
            d = d.fma(x, x);
            e = e.fma(x, x);
            f = f.fma(x, x);
            g = g.fma(x, x);
            h = h.fma(x, x);
        }
        return a.add(b).add(c.add(d)).add(e.add(f).add(g.add(h))).lane(0);
    }
}
