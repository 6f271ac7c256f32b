package dev.loupe.kernel.bench;

import dev.loupe.Llm;
import dev.loupe.engine.eval.Speed;
import dev.loupe.engine.trace.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * Turns of ours and of peers on the same file and threads.
 *
 * <p>Invariant: one turn of each comes first and does not count; a ratio compares a peer's turn with the one of ours
 * just before it.
 *
 * @param file what the peers read; null without peers
 */
public record Duel(Llm llm, Workload work, Path file, List<Peer> peers) {
    /** A pair of turns, the peer's just after ours; none of a peer where there is none. */
    private record Pair(Rates ours, Rates theirs) {}

    /**
     * Measures.
     *
     * @param repetitions counted turns
     * @return ours first, then each peer's in turn
     */
    public List<Speed> measure(int repetitions, Progress progress) {
        var benchmark = new Benchmark(llm, work, new Random(0));
        var pairs = new ArrayList<List<Pair>>();
        int opponents = Math.max(1, peers.size());
        for (int i = 0; i < opponents; i++) {
            pairs.add(new ArrayList<>());
        }
        int all = (repetitions + 1) * opponents;
        for (int turn = 0; turn < all; turn++) {
            progress.update("bench loupe", turn, all);
            Rates ours = benchmark.turn();
            Rates theirs = null;
            if (!peers.isEmpty()) {
                Peer peer = peers.get(turn % opponents);
                progress.update("bench " + peer.name(), turn, all);
                theirs = peer.measure(file, llm.threads(), work);
            }
            if (turn >= opponents) {
                pairs.get(turn % opponents).add(new Pair(ours, theirs));
            }
        }
        progress.update("bench", all, all);
        return speeds(pairs);
    }

    private List<Speed> speeds(List<List<Pair>> pairs) {
        var speeds = new ArrayList<Speed>();
        var all = pairs.stream().flatMap(List::stream).toList();
        if (work.prompt() > 0) {
            speeds.add(speed(
                    work.reading(), "loupe", rates(all, pair -> pair.ours().prompt()), null));
        }
        if (work.generate() > 0) {
            speeds.add(speed(
                    work.writing(), "loupe", rates(all, pair -> pair.ours().generation()), null));
        }
        for (int i = 0; i < peers.size(); i++) {
            if (work.prompt() > 0) {
                speeds.add(speed(work.reading(), peers.get(i), pairs.get(i), Rates::prompt));
            }
            if (work.generate() > 0) {
                speeds.add(speed(work.writing(), peers.get(i), pairs.get(i), Rates::generation));
            }
        }
        return speeds;
    }

    private Speed speed(String test, Peer peer, List<Pair> pairs, ToDoubleFunction<Rates> rate) {
        double[] ours = rates(pairs, pair -> rate.applyAsDouble(pair.ours()));
        double[] theirs = rates(pairs, pair -> rate.applyAsDouble(pair.theirs()));
        return speed(test, peer.name(), theirs, Speed.Ratio.of(ours, theirs));
    }

    private Speed speed(String test, String engine, double[] rates, Speed.Ratio ratio) {
        return Speed.of(test, rates, llm.dtype(), llm.device(), llm.threads(), llm.name(), engine, ratio);
    }

    private static double[] rates(List<Pair> pairs, ToDoubleFunction<Pair> rate) {
        return pairs.stream().mapToDouble(rate).toArray();
    }
}
