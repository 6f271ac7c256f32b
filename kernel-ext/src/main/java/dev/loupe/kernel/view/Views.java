package dev.loupe.kernel.view;

import dev.loupe.Comparison;
import dev.loupe.Llm;
import dev.loupe.Run;
import dev.loupe.Status;
import dev.loupe.TextComparison;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.Speed;
import dev.loupe.engine.trace.MemoryUse;
import dev.loupe.engine.trace.SystemMemory;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/** How the engine's records look. Invariant: a number is shown with its unit, and a fallback is never left out. */
public final class Views {
    private static final int MOST_ROWS = 20;
    private static final MathContext DIGITS = new MathContext(6);

    private Views() {}

    /** A run: its text, and its measurements under it. */
    public static View of(Run run) {
        return View.column(View.text(run.text()), View.note(run.footer()));
    }

    /** A loaded model: what it is, how it runs, what it needs. */
    public static View of(Llm llm) {
        return summary(llm.status());
    }

    /** What is loaded and how it runs, in two lines and its notes. */
    public static View summary(Status status) {
        String what = "%s  %s, %s parameters, context %d"
                .formatted(
                        status.model(),
                        status.architecture(),
                        Units.count(status.parameters()),
                        status.contextLength());
        boolean stored = status.dtype().equals(status.storedDtype());
        String how = "stored as %s%s, runs as %s on %s: %s, %s; needs %s with its cache, %s free"
                .formatted(
                        status.storedDtype(),
                        stored ? ", %s".formatted(Units.bytes(status.memory().weightBytes())) : "",
                        stored
                                ? "stored"
                                : "%s, %s,"
                                        .formatted(
                                                status.dtype(),
                                                Units.bytes(status.memory().weightBytes())),
                        status.device(),
                        status.backend(),
                        threads(status.threads()),
                        Units.bytes(status.memory().total()),
                        Units.bytes(SystemMemory.available()));
        return View.column(View.text(what), View.text(how), notes(status.notes()));
    }

    /** What is loaded and how it runs now, a line each. */
    public static View of(Status status) {
        MemoryUse memory = status.memory();
        String weights = memory.weights().entrySet().stream()
                .map(entry -> entry.getKey() + " " + Units.bytes(entry.getValue()))
                .collect(Collectors.joining(", "));
        View grid = new Grid("", "")
                .row(
                        "model",
                        "%s, %s, %s parameters"
                                .formatted(status.model(), status.architecture(), Units.count(status.parameters())))
                .row("dtype", "%s (stored as %s)".formatted(status.dtype(), status.storedDtype()))
                .row("device", "%s: %s, %s".formatted(status.device(), status.backend(), threads(status.threads())))
                .row("attention", status.attention())
                .row("context", "%d of %d tokens used".formatted(status.cachedTokens(), status.contextLength()))
                .row("weights", weights)
                .row("cache", Units.bytes(memory.cache()))
                .row("scratch", Units.bytes(memory.scratch()))
                .row("file", Units.bytes(memory.mapped()) + " mapped")
                .row("sampling", status.sampling())
                .row("speculate", status.speculate())
                .view();
        return View.column(grid, notes(status.notes()));
    }

    /** What runs otherwise than asked, a line each. */
    public static View notes(List<String> notes) {
        return View.column(notes.stream().map(View::note).toArray(View[]::new));
    }

    private static String threads(int threads) {
        return threads == 1 ? "1 thread" : threads + " threads";
    }

    /** A perplexity, and how it was measured. */
    public static View of(Perplexity perplexity) {
        return of(List.of(perplexity));
    }

    /** Perplexities, a row each; their convention under them. */
    public static View of(List<Perplexity> perplexities) {
        if (perplexities.isEmpty()) {
            return View.column();
        }
        boolean models = perplexities.stream().map(Perplexity::model).distinct().count() > 1;
        boolean compared = perplexities.stream().anyMatch(p -> !p.reference().isEmpty());
        var header = new ArrayList<String>(List.of("dtype", "perplexity"));
        if (models) {
            header.addFirst("model");
        }
        if (compared) {
            header.addAll(List.of("KL (nats)", "top-1"));
        }
        header.addAll(List.of("weights", "chunks", "tokens/chunk", "text", "time"));
        var grid = new Grid(header.toArray(String[]::new));
        perplexities.forEach(p -> grid.row(cells(p, models, compared)));
        View conventions = perplexities.stream()
                .map(p -> "%s, %s; convention %s, ± one standard error%s"
                        .formatted(p.model(), p.device(), p.convention(), reference(p)))
                .distinct()
                .map(View::note)
                .reduce(View.column(), View::column);
        return View.column(grid.view(), conventions);
    }

    private static Object[] cells(Perplexity p, boolean models, boolean compared) {
        var cells = new ArrayList<Object>(List.of(p.dtype(), perplexity(p)));
        if (models) {
            cells.addFirst(p.model());
        }
        if (compared) {
            cells.add(Double.isNaN(p.divergence()) ? "" : String.format(Locale.ROOT, "%.4f", p.divergence()));
            cells.add(Double.isNaN(p.agreement()) ? "" : String.format(Locale.ROOT, "%.1f %%", 100 * p.agreement()));
        }
        cells.add(Units.bytes(p.weightBytes()));
        cells.add(p.stopped() ? "%d of %d, stopped".formatted(p.chunks(), p.requestedChunks()) : p.chunks());
        cells.addAll(List.of(p.chunk(), p.text(), Units.seconds(p.seconds())));
        return cells.toArray();
    }

    private static String reference(Perplexity p) {
        return p.reference().isEmpty() ? "" : "; KL and top-1 against " + p.reference();
    }

    private static String perplexity(Perplexity p) {
        if (p.chunks() == 0) {
            return "none";
        }
        String error = p.chunks() < 2 ? "" : String.format(Locale.ROOT, " ± %.3f", p.standardError());
        return String.format(Locale.ROOT, "%.3f", p.perplexity()) + error;
    }

    /** A comparison, a row each combination. */
    public static View of(Comparison comparison) {
        var names = new ArrayList<>(comparison.rows().getFirst().settings().keySet());
        boolean drafted = comparison.rows().stream().anyMatch(row -> row.drafted() > 0);
        names.addAll(List.of("tokens/s", "speed-up", "memory", "first other token", "mean |change of log p|"));
        if (drafted) {
            names.add("drafts accepted");
        }
        var grid = new Grid(names.toArray(String[]::new));
        for (Comparison.Row row : comparison.rows()) {
            var cells = new ArrayList<Object>(row.settings().values());
            cells.add(Units.number(row.tokensPerSecond()));
            cells.add(String.format(Locale.ROOT, "%.2f", comparison.speedUp(row)));
            cells.add(Units.bytes(row.bytes()));
            cells.add(row.firstDifference() < 0 ? "none" : row.firstDifference() + 1);
            cells.add(String.format(Locale.ROOT, "%.4f", row.logProbabilityDifference()));
            if (drafted) {
                cells.add("%d of %d".formatted(row.accepted(), row.drafted()));
            }
            grid.row(cells.toArray());
        }
        List<String> places = comparison.rows().stream()
                .map(row -> row.runs().getFirst())
                .map(run -> ", %s, %s".formatted(run.device(), threads(run.threads())))
                .distinct()
                .toList();
        View how = View.note("%s%s; median of %d runs each, in turn; against the first row"
                .formatted(
                        comparison.model(),
                        places.size() == 1 ? places.getFirst() : "",
                        comparison.rows().getFirst().runs().size()));
        return View.column(grid.view(), how);
    }

    /** Perplexities by switches, a row each combination. */
    public static View of(TextComparison comparison) {
        var names = new ArrayList<>(comparison.rows().getFirst().settings().keySet());
        names.addAll(List.of("perplexity", "change", "cache", "weights", "time"));
        var grid = new Grid(names.toArray(String[]::new));
        for (TextComparison.Row row : comparison.rows()) {
            var cells = new ArrayList<Object>(row.settings().values());
            Perplexity p = row.perplexity();
            cells.add(perplexity(p));
            cells.add(String.format(Locale.ROOT, "%+.3f %%", comparison.increase(row)));
            cells.add(Units.bytes(p.cacheBytes()));
            cells.add(Units.bytes(p.weightBytes()));
            cells.add(Units.seconds(p.seconds()));
            grid.row(cells.toArray());
        }
        Perplexity p = comparison.rows().getLast().perplexity();
        View how = View.note(
                "%s, %s, %s; %d chunks of %d tokens%s, convention %s, ± one standard error; cache at a chunk's end"
                        .formatted(
                                p.model(),
                                p.device(),
                                p.text(),
                                p.chunks(),
                                p.chunk(),
                                p.stopped() ? " (stopped)" : "",
                                p.convention()));
        return View.column(grid.view(), how);
    }

    /** Speeds, a row each. */
    public static View speeds(List<Speed> speeds) {
        boolean compared = speeds.stream().anyMatch(Speed::ofPeer);
        var names = new ArrayList<>(
                List.of("model", "dtype", "device", "threads", "engine", "test", "tokens/s", "memory", "how"));
        if (compared) {
            names.add("loupe is");
        }
        var grid = new Grid(names.toArray(String[]::new));
        for (Speed s : speeds) {
            String rate = String.format(Locale.ROOT, "%.2f ± %.2f", s.tokensPerSecond(), s.deviation());
            var cells = new ArrayList<Object>(
                    List.of(s.model(), s.dtype(), s.device(), s.threads(), s.engine(), s.test(), rate));
            cells.add(s.memory() == null ? "" : Units.bytes(s.memory().total()));
            cells.add(
                    s.memory() == null
                            ? ""
                            : s.attention() + " " + Units.bytes(s.memory().cache()));
            if (compared) {
                cells.add(s.ratio() == null ? "" : s.ratio());
            }
            grid.row(cells.toArray());
        }
        return grid.view();
    }

    /** A Tablesaw table, its first rows. */
    public static View of(Table table) {
        var grid = new Grid(table.columnNames().toArray(String[]::new));
        for (int row = 0; row < Math.min(MOST_ROWS, table.rowCount()); row++) {
            var cells = new Object[table.columnCount()];
            for (int column = 0; column < cells.length; column++) {
                cells[column] = cell(table, row, column);
            }
            grid.row(cells);
        }
        View more = table.rowCount() > MOST_ROWS
                ? View.note("the first %d of %d rows".formatted(MOST_ROWS, table.rowCount()))
                : View.column();
        return View.column(grid.view(), more);
    }

    private static String cell(Table table, int row, int column) {
        return table.column(column) instanceof DoubleColumn numbers && Double.isFinite(numbers.getDouble(row))
                ? new BigDecimal(numbers.getDouble(row))
                        .round(DIGITS)
                        .stripTrailingZeros()
                        .toPlainString()
                : table.getString(row, column);
    }
}
