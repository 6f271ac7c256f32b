package dev.loupe.viz;

import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.decode.DraftRound;
import dev.loupe.engine.decode.TokenSource;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * A run token by token: one bar for each that was read, drafted or generated, coloured by what became of it.
 *
 * <p>Invariant: the bars' heights sum to the run's time; the tokens of one round share its time evenly, rejected ones
 * included.
 */
public final class TokenTimeline {
    private static final int MOST_BARS = 160;
    private static final int LABEL_EVERY = 10;

    private enum Kind {
        PROMPT("prompt", Palette.PREFILL),
        MODEL("the model's own", Palette.DECODE),
        ACCEPTED("accepted draft", Palette.ACCEPTED),
        REJECTED("rejected draft", Palette.REJECTED);

        private final String label;
        private final Color color;

        Kind(String label, Color color) {
            this.label = label;
            this.color = color;
        }
    }

    private record Bar(Kind kind, double millis) {}

    private TokenTimeline() {}

    /**
     * The figure of the last of a session's runs; one of the others that did the same without drafts tells the gain.
     */
    public static Figure of(List<Run> runs) {
        Run run = runs.getLast();
        if (run.ids().length == 0) {
            throw new LoupeException("The run has no tokens to draw; generate some with %generate.");
        }
        List<Bar> all = bars(run);
        List<Bar> bars = all.subList(0, Math.min(MOST_BARS, all.size()));
        List<Key> keys = Arrays.stream(Kind.values())
                .filter(kind -> bars.stream().anyMatch(bar -> bar.kind == kind))
                .map(kind -> new Key(kind.label, kind.color, false))
                .toList();
        var parts = new ArrayList<Panel.Bars.Part>();
        for (Key key : keys) {
            parts.add(new Panel.Bars.Part(
                    key,
                    bars.stream()
                            .mapToDouble(bar -> bar.kind.label.equals(key.label()) ? bar.millis : Double.NaN)
                            .toArray()));
        }
        List<String> labels = IntStream.rangeClosed(1, bars.size())
                .mapToObj(i -> i % LABEL_EVERY == 0 ? Integer.toString(i) : "")
                .toList();
        var setting = new Setting();
        setting.add(run.model(), run.dtype(), run.device(), Setting.threads(run.threads()));
        return new Figure(
                "Tokens in the order computed",
                setting.common(
                        "speculate " + run.drafts().mode(),
                        summary(run),
                        gain(run.speedUp(runs)),
                        bars.size() < all.size() ? "the first %d of %d".formatted(bars.size(), all.size()) : ""),
                keys,
                List.of(new Panel.Bars("time (ms), a round's shared by its tokens", "token", labels, parts)),
                table(all));
    }

    private static String summary(Run run) {
        return run.drafts().drafted() == 0
                ? "nothing drafted"
                : "%d of %d drafted tokens accepted"
                        .formatted(run.drafts().accepted(), run.drafts().drafted());
    }

    private static String gain(double speedUp) {
        return Double.isNaN(speedUp) ? "" : String.format(Locale.ROOT, "%.2fx the speed without", speedUp);
    }

    private static List<Bar> bars(Run run) {
        var bars = new ArrayList<Bar>();
        int read = run.promptIds().length - run.reusedTokens();
        for (int i = 0; i < read; i++) {
            bars.add(new Bar(Kind.PROMPT, run.promptNanos() / 1e6 / read));
        }
        TokenSource[] sources = run.drafts().sources(run.ids().length);
        int next = 0;
        for (DraftRound round : run.drafts().rounds()) {
            while (next < round.at()) {
                bars.add(new Bar(Kind.MODEL, run.tokenNanos()[next++] / 1e6));
            }
            int drafted = round.drafted().length;
            double millis = (round.draftNanos() + round.verifyNanos()) / 1e6 / (drafted + 1);
            for (int i = 0; i < drafted; i++) {
                bars.add(new Bar(i < round.accepted() ? Kind.ACCEPTED : Kind.REJECTED, millis));
            }
            next += Math.min(round.accepted(), sources.length - next);
            if (next < sources.length) {
                bars.add(new Bar(Kind.MODEL, millis));
                next++;
            }
        }
        while (next < sources.length) {
            bars.add(new Bar(Kind.MODEL, run.tokenNanos()[next++] / 1e6));
        }
        return bars;
    }

    private static Table table(List<Bar> bars) {
        return Table.create(
                "tokens",
                IntColumn.create("token", IntStream.rangeClosed(1, bars.size())),
                StringColumn.create("kind", bars.stream().map(bar -> bar.kind.label)),
                DoubleColumn.create("milliseconds", bars.stream().mapToDouble(Bar::millis)));
    }
}
