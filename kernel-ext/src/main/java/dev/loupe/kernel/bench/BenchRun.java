package dev.loupe.kernel.bench;

import dev.loupe.Llm;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Speed;
import dev.loupe.engine.trace.Progress;
import dev.loupe.runs.RunLog;
import dev.loupe.runs.RunStore;
import dev.loupe.runs.StoredRun;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Every setting of a sweep with a model, in turns with the peers, kept as a run.
 *
 * <p>Invariant: a setting's speeds are in the run's file as soon as they are measured.
 *
 * @param prompt tokens read where the sweep names no context
 * @param generate tokens written
 * @param repetitions counted turns
 * @param file what the peers read; null without peers
 */
public record BenchRun(int prompt, int generate, int repetitions, Sweep sweep, List<Peer> peers, Path file) {
    private static final String KIND = "bench";

    /**
     * Measures.
     *
     * @param each told of each setting's speeds
     * @return where they are kept
     */
    public Path measure(Llm llm, RunStore store, Progress progress, Consumer<List<Speed>> each) {
        RunLog log = store.begin(KIND, settings(llm));
        for (Sweep.Setting setting : sweep.settings()) {
            setting.apply(llm);
            int read = setting.context() > 0 ? setting.context() : prompt;
            var work = new Workload(read, generate, setting.context() > 0);
            List<Speed> speeds = new Duel(llm, work, file, peers).measure(repetitions, progress);
            speeds.forEach(log::add);
            each.accept(speeds);
        }
        log.complete();
        return log.path();
    }

    /** Whether a run is such a one. */
    public static boolean is(StoredRun run) {
        return run.header().kind().equals(KIND);
    }

    /**
     * The speeds of a run that was kept.
     *
     * @throws LoupeException if it measured something else
     */
    public static List<Speed> speeds(StoredRun run) {
        if (!is(run)) {
            throw new LoupeException("The run %s is of '%s', not of 'bench'; draw it with 'runs'."
                    .formatted(run.name(), run.header().kind()));
        }
        return run.rows(Speed.class);
    }

    private Map<String, Object> settings(Llm llm) {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("model", llm.name());
        settings.putAll(sweep.values());
        settings.put("peers", peers.stream().map(Peer::name).toList());
        settings.put("prompt", prompt);
        settings.put("generate", generate);
        settings.put("repetitions", repetitions);
        return settings;
    }
}
