package dev.loupe.viz;

import dev.loupe.Comparison;
import dev.loupe.Run;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.Speed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Measurements as tables of Tablesaw (<a href="https://jtablesaw.github.io/tablesaw/">jtablesaw.github.io</a>).
 *
 * <p>Invariant: a column's name has its unit, and what was not measured is missing, not 0.
 */
public final class Tables {
    private static final double MIB = 1 << 20;

    private Tables() {}

    /** A row a generation. */
    public static Table runs(List<Run> runs) {
        return Table.create(
                "runs",
                IntColumn.create("run", IntStream.rangeClosed(1, runs.size())),
                texts("model", runs, Run::model),
                texts("dtype", runs, Run::dtype),
                texts("device", runs, Run::device),
                counts("threads", runs, Run::threads),
                texts("attention", runs, Run::attention),
                counts("prompt tokens", runs, run -> run.promptIds().length),
                counts("reused tokens", runs, Run::reusedTokens),
                numbers("prompt tokens/s", runs, Run::promptTokensPerSecond),
                numbers("first token (ms)", runs, Run::firstTokenMillis),
                counts("tokens", runs, run -> run.ids().length),
                numbers("tokens/s", runs, Run::generationTokensPerSecond),
                texts("speculate", runs, run -> run.drafts().mode()),
                counts("drafted tokens", runs, run -> run.drafts().drafted()),
                counts("accepted tokens", runs, run -> run.drafts().accepted()),
                numbers("memory (MiB)", runs, run -> run.memory().total() / MIB),
                texts("finish", runs, run -> run.finish().name()),
                texts("prompt", runs, Run::prompt),
                texts("text", runs, Run::text));
    }

    /** A row a generated token, the runs one after the other; a first token's time is that from the call. */
    public static Table tokens(List<Run> runs) {
        var run = IntColumn.create("run");
        var model = StringColumn.create("model");
        var dtype = StringColumn.create("dtype");
        var device = StringColumn.create("device");
        var threads = IntColumn.create("threads");
        var token = IntColumn.create("token");
        var id = IntColumn.create("id");
        var millis = DoubleColumn.create("milliseconds");
        for (int r = 0; r < runs.size(); r++) {
            Run one = runs.get(r);
            for (int t = 0; t < one.tokenNanos().length; t++) {
                run.append(r + 1);
                model.append(one.model());
                dtype.append(one.dtype());
                device.append(one.device());
                threads.append(one.threads());
                token.append(t + 1);
                id.append(one.ids()[t]);
                millis.append(t == 0 ? one.firstTokenMillis() : one.tokenNanos()[t] / 1e6);
            }
        }
        return Table.create("tokens", run, model, dtype, device, threads, token, id, millis);
    }

    /** A row a measurement. */
    public static Table perplexities(List<Perplexity> measured) {
        return Table.create(
                "perplexity",
                texts("model", measured, Perplexity::model),
                texts("dtype", measured, Perplexity::dtype),
                texts("device", measured, Perplexity::device),
                texts("text", measured, Perplexity::text),
                texts("convention", measured, Perplexity::convention),
                counts("chunk (tokens)", measured, Perplexity::chunk),
                counts("chunks", measured, Perplexity::chunks),
                numbers("perplexity", measured, Perplexity::perplexity),
                numbers("standard error", measured, Perplexity::standardError),
                texts("reference", measured, Perplexity::reference),
                numbers("divergence (nats)", measured, Perplexity::divergence),
                numbers("top-1 agreement", measured, Perplexity::agreement),
                numbers("weights (MiB)", measured, p -> p.weightBytes() / MIB),
                numbers("seconds", measured, Perplexity::seconds));
    }

    /** A row a benchmark's test. */
    public static Table speeds(List<Speed> speeds) {
        return Table.create(
                "speeds",
                texts("model", speeds, Speed::model),
                texts("dtype", speeds, Speed::dtype),
                texts("device", speeds, Speed::device),
                counts("threads", speeds, Speed::threads),
                texts("engine", speeds, Speed::engine),
                texts("test", speeds, Speed::test),
                counts("context", speeds, Speed::context),
                numbers("tokens/s", speeds, Speed::tokensPerSecond),
                numbers("deviation", speeds, Speed::deviation),
                numbers(
                        "loupe to peer",
                        speeds,
                        s -> s.ratio() == null ? Double.NaN : s.ratio().median()),
                numbers(
                        "memory (MiB)",
                        speeds,
                        s -> s.memory() == null ? Double.NaN : s.memory().total() / MIB));
    }

    /** A row a combination, a column a switch. */
    public static Table comparison(Comparison comparison) {
        List<Comparison.Row> rows = comparison.rows();
        var columns = new ArrayList<Column<?>>();
        rows.getFirst()
                .settings()
                .keySet()
                .forEach(name ->
                        columns.add(texts(name, rows, row -> row.settings().get(name))));
        columns.addAll(Arrays.asList(
                numbers("prompt tokens/s", rows, Comparison.Row::promptTokensPerSecond),
                numbers("tokens/s", rows, Comparison.Row::tokensPerSecond),
                numbers("speed-up", rows, comparison::speedUp),
                numbers("memory (MiB)", rows, row -> row.bytes() / MIB),
                counts("first difference", rows, Comparison.Row::firstDifference),
                numbers("mean |log p difference|", rows, Comparison.Row::logProbabilityDifference)));
        return Table.create("comparison", columns);
    }

    private static <T> StringColumn texts(String name, List<T> rows, Function<T, String> value) {
        return StringColumn.create(name, rows.stream().map(value));
    }

    private static <T> IntColumn counts(String name, List<T> rows, ToIntFunction<T> value) {
        return IntColumn.create(name, rows.stream().mapToInt(value));
    }

    private static <T> DoubleColumn numbers(String name, List<T> rows, ToDoubleFunction<T> value) {
        return DoubleColumn.create(name, rows.stream().mapToDouble(value));
    }
}
