package dev.loupe.kernel.bench;

import dev.loupe.Llm;
import dev.loupe.Status;
import dev.loupe.engine.eval.Speed;
import dev.loupe.engine.trace.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Turns of ours and of peers on the same file and threads.
 *
 * <p>Invariant: one turn of each comes first and does not count; a ratio compares a peer's turn with the one of ours
 * just before it. The uncounted turns of a long context are short ones.
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
        var benchmark = new Benchmark(llm, new Random(0));
        var pairs = new ArrayList<List<Pair>>();
        int opponents = Math.max(1, peers.size());
        for (int i = 0; i < opponents; i++) {
            pairs.add(new ArrayList<>());
        }
        int all = (repetitions + 1) * opponents;
        for (int turn = 0; turn < all; turn++) {
            Workload now = turn < opponents ? work.warmUp() : work;
            progress.update("bench loupe", turn, all);
            Rates ours = benchmark.turn(now);
            Rates theirs = null;
            if (!peers.isEmpty()) {
                Peer peer = peers.get(turn % opponents);
                progress.update("bench " + peer.name(), turn, all);
                theirs = peer.measure(file, llm.threads(), now);
            }
            if (turn >= opponents) {
                pairs.get(turn % opponents).add(new Pair(ours, theirs));
            }
        }
        progress.update("bench", all, all);
        return speeds(pairs);
    }

    private List<Speed> speeds(List<List<Pair>> pairs) {
        var ours = new ArrayList<Test>();
        if (work.prompt() > 0) {
            ours.add(test(work.reading(), Rates::prompt, pairs));
        }
        if (work.generate() > 0) {
            ours.add(test(work.writing(), Rates::generation, pairs));
        }
        var speeds = new ArrayList<>(ours.stream().map(Test::speed).toList());
        for (int i = 0; i < peers.size(); i++) {
            for (Test test : ours) {
                speeds.add(test.of(peers.get(i), pairs.get(i)));
            }
        }
        return speeds;
    }

    private Test test(String name, ToDoubleFunction<Rates> rate, List<List<Pair>> pairs) {
        double[] rates = pairs.stream()
                .flatMap(List::stream)
                .mapToDouble(pair -> rate.applyAsDouble(pair.ours()))
                .toArray();
        Status status = llm.status();
        return new Test(
                rate,
                Speed.ours(
                        name,
                        rates,
                        llm.dtype(),
                        status.device(),
                        status.threads(),
                        status.model(),
                        status.attention(),
                        status.memory()));
    }

    /** One of the two rates, and how fast we are. */
    private record Test(ToDoubleFunction<Rates> rate, Speed speed) {
        Speed of(Peer peer, List<Pair> pairs) {
            double[] ours = rates(pairs, Pair::ours);
            double[] theirs = rates(pairs, Pair::theirs);
            return speed.of(peer.name(), theirs, Speed.Ratio.of(ours, theirs));
        }

        private double[] rates(List<Pair> pairs, Function<Pair, Rates> whose) {
            return pairs.stream().map(whose).mapToDouble(rate).toArray();
        }
    }
}
