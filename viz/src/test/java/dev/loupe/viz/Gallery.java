package dev.loupe.viz;

import dev.loupe.Comparison;
import dev.loupe.Run;
import dev.loupe.engine.decode.DraftRound;
import dev.loupe.engine.decode.Drafts;
import dev.loupe.engine.eval.AttentionCost;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.PositionLoss;
import dev.loupe.engine.eval.Speed;
import dev.loupe.engine.eval.Standing;
import dev.loupe.engine.trace.MemoryUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Every kind of figure, with few and with many measurements, as a class would make them; the numbers are invented. */
final class Gallery {
    private Gallery() {}

    static List<Figure> figures() {
        return Stream.of(1, 2, 4, 8)
                .flatMap(n -> Stream.of(
                        LatencyPlot.of(Samples.runs(n)),
                        MemoryPlot.of(Samples.memorySamples(n), Samples.MODEL, 2),
                        PerplexityPlot.of(Samples.perplexities(n)),
                        TradeOffPlot.of(Samples.perplexities(n)),
                        HeatMap.of(models(n)),
                        ComparisonPlot.of(comparison(n)),
                        AcceptancePlot.of(drafting(n)),
                        TokenTimeline.of(drafting(n)),
                        AttentionPlot.of(costs(), Samples.MODEL, "cpu", 2),
                        PositionPlot.of(losses(n)),
                        RooflinePlot.of(standings(n)),
                        SpeedPlot.of(speeds(Math.min(n, 4), 0)),
                        SpeedPlot.of(speeds(n, 512, 2048, 8000)),
                        RowPlot.values(weights(), "sym_int8", "sym_int4"),
                        RowPlot.errors(weights(), "sym_int8", "sym_int4", "nf4", "fp4")))
                .toList();
    }

    /** {@code count} dtypes by three models. */
    private static List<Perplexity> models(int count) {
        var all = new ArrayList<Perplexity>();
        for (String model : List.of(Samples.MODEL, "gemma-3-270m-it", "tiny")) {
            Samples.perplexities(count)
                    .forEach(p -> all.add(new Perplexity(
                            model,
                            p.dtype(),
                            p.runsAs(),
                            p.device(),
                            p.attention(),
                            p.text(),
                            p.convention(),
                            p.chunk(),
                            p.scores(),
                            p.requestedChunks(),
                            "",
                            1,
                            p.weightBytes(),
                            p.cacheBytes())));
        }
        return all;
    }

    private static Comparison comparison(int count) {
        var rows = new ArrayList<Comparison.Row>();
        for (int i = 0; i < count; i++) {
            Run run = Samples.runs(8).get(i);
            Map<String, String> settings = Map.of("dtype", run.dtype(), "speculate", i % 2 == 0 ? "off" : "lookup");
            rows.add(new Comparison.Row(settings, List.of(run), i == 0 ? -1 : 12, 0.01 * i));
        }
        return new Comparison(Samples.MODEL, "Why is the sky blue?", rows);
    }

    private static List<Run> drafting(int count) {
        var random = new Random(7);
        var runs = new ArrayList<Run>();
        for (int r = 0; r < count; r++) {
            Run plain = Samples.runs(8).get(r);
            var rounds = new ArrayList<DraftRound>();
            for (int at = 0; at < plain.ids().length - 6; ) {
                int drafted = 1 + random.nextInt(5);
                int accepted = random.nextInt(drafted + 1);
                rounds.add(new DraftRound(at, new int[drafted], new double[drafted], accepted, 2_000_000L, 6_000_000L));
                at += accepted + 1;
            }
            runs.add(new Run(
                    plain.model(),
                    plain.dtype(),
                    plain.device(),
                    plain.threads(),
                    plain.attention(),
                    plain.prompt(),
                    plain.promptIds(),
                    0,
                    plain.ids(),
                    plain.text(),
                    plain.finish(),
                    plain.promptNanos(),
                    plain.tokenNanos(),
                    plain.memory(),
                    plain.options(),
                    new Drafts(r % 2 == 0 ? "self" : "lookup", rounds)));
        }
        return runs;
    }

    private static List<AttentionCost> costs() {
        return IntStream.of(256, 512, 1024, 2048, 4096, 8192)
                .boxed()
                .flatMap(n -> Stream.of(
                        new AttentionCost("flash", n, 64, n / 900.0, 64 << 10),
                        new AttentionCost("naive attention", n, 64, n / 500.0, 3L * n << 12)))
                .toList();
    }

    private static List<PositionLoss> losses(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new PositionLoss(
                        Samples.MODEL,
                        "asym_int4",
                        i == 0 ? "flash, cache fp32" : "flash, window %d, 4 sinks, cache fp32".formatted(64 * i),
                        "primer",
                        new Random(i).doubles(1023, 2.5, 3.5 + 0.1 * i).toArray()))
                .toList();
    }

    private static List<Standing> standings(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Standing(
                        Samples.MODEL, Samples.DTYPES.get(i), "cpu", 2, 7.5 + 2 * i, 140 - 9 * i, 32.4, 211.7))
                .toList();
    }

    /** Ours and a peer's, of {@code count} settings at each context. */
    static List<Speed> speeds(int count, int... contexts) {
        var memory = new MemoryUse(Map.of("sym_int4", 80L << 20), 24 << 20, 1 << 20, 0);
        var speeds = new ArrayList<Speed>();
        for (int i = 0; i < count; i++) {
            for (int context : contexts) {
                double slower = 1 + context / 4000.0 + 0.1 * i;
                String dtype = Samples.DTYPES.get(i);
                double[] reading = {900 / slower, 940 / slower, 890 / slower};
                double[] writing = {150 / slower, 152 / slower, 120 / slower};
                Speed ours = Speed.ours(
                        "pp" + Math.max(512, context), reading, dtype, "cpu", 2, Samples.MODEL, "flash", memory);
                Speed after = Speed.ours(
                        context == 0 ? "tg64" : "tg64@" + context,
                        writing,
                        dtype,
                        "cpu",
                        2,
                        Samples.MODEL,
                        "flash",
                        memory);
                speeds.addAll(List.of(ours, after));
                double[] theirs = {1100 / slower, 1000 / slower};
                speeds.add(ours.of("llama-bench", theirs, Speed.Ratio.of(theirs, theirs)));
                double[] written = {140 / slower, 139 / slower};
                speeds.add(after.of("llama-bench", written, Speed.Ratio.of(written, written)));
            }
        }
        return speeds;
    }

    private static float[] weights() {
        var random = new Random(3);
        var weights = new float[64];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian() * 0.1f;
        }
        return weights;
    }
}
