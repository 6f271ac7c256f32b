package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Llm;
import dev.loupe.Option;
import dev.loupe.Run;
import dev.loupe.engine.decode.TokenListener;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.Strip;
import dev.loupe.kernel.view.View;
import dev.loupe.viz.Palette;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a generation shows while it goes on: its text; if asked for, how likely each token was, its speed and its
 * memory.
 *
 * <p>Invariant: nothing that is shown changes what is generated, and what was shown meanwhile is gone in the end.
 */
final class Streaming implements TokenListener {
    private static final List<Option> OPTIONS = List.of(
            Option.flag("shade", "shade each token by the model's surprise, its probability on hover (in notebooks)"),
            Option.flag("live", "plot speed and memory while it goes on (in notebooks)"));
    private static final long BETWEEN_NANOS = 125_000_000;
    private static final double MIB = 1 << 20;

    private final Llm llm;
    private final Output.Text text;
    private final boolean shade;
    private final boolean live;
    private final Strip speed = new Strip("tokens/s", Palette.DECODE);
    private final Strip memory = new Strip("MiB of weights, cache and scratch", Palette.CACHE);
    private long last = System.nanoTime();
    private int tokens;

    private Streaming(Llm llm, Arguments arguments, Output.Text text) {
        this.llm = llm;
        this.text = text;
        shade = arguments.flag("shade", false);
        live = arguments.flag("live", false);
    }

    /** Begins a text in the session's output. */
    static Streaming begin(Llm llm, Arguments arguments, NotebookSession session) {
        return new Streaming(llm, arguments, session.output().text());
    }

    /** A command's own options, and those of what it shows. */
    static List<Option> options(List<Option> own) {
        return Stream.concat(own.stream(), OPTIONS.stream()).toList();
    }

    @Override
    public boolean wantsProbabilities() {
        return shade;
    }

    @Override
    public void token(int id, String piece) {
        token(id, piece, Double.NaN);
    }

    @Override
    public void token(int id, String piece, double probability) {
        text.append(piece, probability);
        tokens++;
        long now = System.nanoTime();
        if (live && now - last >= BETWEEN_NANOS) {
            speed.add(tokens * 1e9 / (now - last));
            memory.add(llm.status().memory().total() / MIB);
            text.meanwhile(View.column(speed.view(), memory.view()));
            last = now;
            tokens = 0;
        }
    }

    /** Ends the text with the run's footer. */
    Run end(Run run) {
        text.end(run.footer());
        return run;
    }
}
