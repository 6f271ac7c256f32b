package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Comparison;
import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.MemorySample;
import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.Standing;
import dev.loupe.engine.trace.Progress;
import dev.loupe.kernel.view.Output;
import dev.loupe.runs.RunStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What the commands of one notebook or terminal act on: the loaded model, and the measurements of all models so far.
 *
 * <p>Invariants: at most one model is loaded; a load that fails leaves the former one loaded; a measurement is kept
 * when its model goes.
 */
public final class NotebookSession {
    private static volatile NotebookSession current;

    private final Output output;
    private final RunStore store;
    private final List<Run> runs = new ArrayList<>();
    private final List<Perplexity> perplexities = new ArrayList<>();
    private final List<MemorySample> memorySamples = new ArrayList<>();
    private final List<Comparison> comparisons = new ArrayList<>();
    private final Map<List<Object>, Standing> standings = new LinkedHashMap<>();
    private final Exercises exercises = new Exercises();
    private Llm llm;

    public NotebookSession(Output output) {
        this(output, RunStore.local());
    }

    /** With results kept elsewhere than in the working directory. */
    public NotebookSession(Output output, RunStore store) {
        this.output = output;
        this.store = store;
    }

    /** Where results of experiments are kept. */
    public RunStore store() {
        return store;
    }

    /**
     * The session of this Java process, which cells and snippets reach by it.
     *
     * @throws LoupeException if no front end has opened one
     */
    public static NotebookSession current() {
        NotebookSession session = current;
        if (session == null) {
            throw new LoupeException(
                    "No notebook or terminal is open here; in plain Java begin with Loupe.load(\"smollm2\").");
        }
        return session;
    }

    /** Opens the session of this Java process; a front end calls this once. */
    public static NotebookSession open(Output output) {
        current = new NotebookSession(output);
        return current;
    }

    /** Where commands show what they do. */
    public Output output() {
        return output;
    }

    /**
     * The loaded model.
     *
     * @throws LoupeException if there is none
     */
    public Llm llm() {
        return loaded().orElseThrow(() ->
                new LoupeException("No model is loaded; load one with %s.".formatted(output.call("model", "smollm2"))));
    }

    /** The loaded model, if there is one. */
    public synchronized Optional<Llm> loaded() {
        return Optional.ofNullable(llm);
    }

    /** Loads a model, with those of {@link Loupe#OPTIONS} that the arguments name, and unloads the former one. */
    public Llm load(String name, Arguments arguments, Progress progress) {
        Llm next = Loupe.load(name, arguments, progress);
        unload();
        synchronized (this) {
            llm = next;
        }
        return next;
    }

    /** Gives the loaded model's memory back, if one is loaded; its measurements stay. */
    public void unload() {
        Optional<Llm> last = loaded();
        synchronized (this) {
            runs.addAll(all(Llm::runs, List.of()));
            perplexities.addAll(all(Llm::perplexities, List.of()));
            memorySamples.addAll(all(Llm::memorySamples, List.of()));
            llm = null;
        }
        last.ifPresent(Llm::close);
    }

    /** All runs, oldest first. */
    public synchronized List<Run> runs() {
        return all(Llm::runs, runs);
    }

    /** All perplexities measured, oldest first. */
    public synchronized List<Perplexity> perplexities() {
        return all(Llm::perplexities, perplexities);
    }

    /** The memory ledgers of all models at each dtype they ran as, oldest first. */
    public synchronized List<MemorySample> memorySamples() {
        return all(Llm::memorySamples, memorySamples);
    }

    /** Keeps a comparison. */
    synchronized void keep(Comparison comparison) {
        comparisons.add(comparison);
    }

    /** All comparisons, oldest first. */
    public synchronized List<Comparison> comparisons() {
        return List.copyOf(comparisons);
    }

    /** Keeps where a model stands against its processor. */
    synchronized void keep(Standing standing) {
        List<Object> key = List.of(standing.model(), standing.dtype(), standing.device(), standing.threads());
        standings.remove(key); // what is measured last stands last
        standings.put(key, standing);
    }

    /** The last of each model, dtype and number of threads. */
    public synchronized List<Standing> standings() {
        return List.copyOf(standings.values());
    }

    /** The exercises of this notebook. */
    public Exercises exercises() {
        return exercises;
    }

    private <T> List<T> all(Function<Llm, List<T>> of, List<T> before) {
        Stream<T> now = llm == null ? Stream.empty() : of.apply(llm).stream();
        return Stream.concat(before.stream(), now).toList();
    }
}
