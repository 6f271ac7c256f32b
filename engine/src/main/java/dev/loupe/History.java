package dev.loupe;

import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.PositionLoss;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was measured with a model: the last {@value #RUNS} runs, all perplexities, the latest ledger of each dtype. */
final class History {
    private static final int RUNS = 100;

    private final List<Run> runs = new ArrayList<>();
    private final List<Perplexity> perplexities = new ArrayList<>();
    private final Map<String, PositionLoss> positions = new LinkedHashMap<>();
    private final Map<String, MemorySample> memory = new LinkedHashMap<>();

    synchronized void add(Run run) {
        runs.add(run);
        if (runs.size() > RUNS) {
            runs.removeFirst();
        }
    }

    synchronized void add(Perplexity perplexity) {
        perplexities.add(perplexity);
    }

    synchronized void add(MemorySample sample) {
        memory.put(sample.dtype() + "@" + sample.device(), sample);
    }

    synchronized void add(PositionLoss loss) {
        positions.put(loss.dtype() + loss.attention() + loss.text() + loss.tokens(), loss);
    }

    synchronized List<PositionLoss> positions() {
        return List.copyOf(positions.values());
    }

    synchronized List<Run> runs() {
        return List.copyOf(runs);
    }

    synchronized List<Perplexity> perplexities() {
        return List.copyOf(perplexities);
    }

    synchronized List<MemorySample> memory() {
        return List.copyOf(memory.values());
    }
}
