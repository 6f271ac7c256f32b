package dev.loupe.viz;

import dev.loupe.MemorySample;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.trace.MemoryUse;
import java.awt.Color;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.ToLongFunction;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What a model takes of memory at each dtype it has run as, measured by the ledger: weights, KV cache, scratch. */
public final class MemoryPlot {
    private static final double MIB = 1 << 20;

    private MemoryPlot() {}

    /** As {@link #of(List, String, int)}, where model and threads are not known. */
    public static Figure of(List<MemorySample> samples) {
        return of(samples, "", "");
    }

    /**
     * One stacked bar a dtype (and device), the last sample of each.
     *
     * @param samples oldest first
     * @param model name of the model they are of
     * @param threads threads used
     * @throws LoupeException if there are no samples
     */
    public static Figure of(List<MemorySample> samples, String model, int threads) {
        return of(samples, model, Setting.threads(threads));
    }

    private static Figure of(List<MemorySample> samples, String model, String threads) {
        if (samples.isEmpty()) {
            throw new LoupeException("No memory measured yet: load a model with %model and run %%generate.");
        }
        var last = new LinkedHashMap<List<String>, MemorySample>();
        samples.forEach(s -> last.put(List.of(s.dtype(), s.device()), s));
        List<MemorySample> bars = List.copyOf(last.values());
        var setting = new Setting();
        bars.forEach(s -> setting.add(model, s.dtype(), s.device(), threads));
        var categories = new ArrayList<String>();
        for (int i = 0; i < bars.size(); i++) {
            categories.add(bars.get(i).dtype() + setting.distinct(i, 2));
        }
        var parts = List.of(
                part("weights", Palette.WEIGHTS, bars, MemoryUse::weightBytes),
                part("KV cache", Palette.CACHE, bars, MemoryUse::cache),
                part("scratch", Palette.SCRATCH, bars, MemoryUse::scratch));
        return new Figure(
                "Memory by dtype: weights, KV cache, scratch",
                setting.common("measured, in use after the last work at each dtype"),
                parts.stream().map(Panel.Bars.Part::key).toList(),
                List.of(new Panel.Bars("memory in use (MiB)", "", categories, parts)),
                table(bars));
    }

    private static Panel.Bars.Part part(
            String name, Color color, List<MemorySample> bars, ToLongFunction<MemoryUse> bytes) {
        double[] mib = bars.stream()
                .mapToDouble(s -> bytes.applyAsLong(s.memory()) / MIB)
                .toArray();
        return new Panel.Bars.Part(new Key(name, color, false), mib);
    }

    private static Table table(List<MemorySample> bars) {
        return Table.create(
                "memory",
                StringColumn.create("dtype", bars.stream().map(MemorySample::dtype)),
                StringColumn.create("device", bars.stream().map(MemorySample::device)),
                column("weights (MiB)", bars, MemoryUse::weightBytes),
                column("KV cache (MiB)", bars, MemoryUse::cache),
                column("scratch (MiB)", bars, MemoryUse::scratch),
                column("total (MiB)", bars, MemoryUse::total),
                column("mapped file (MiB)", bars, MemoryUse::mapped));
    }

    private static DoubleColumn column(String name, List<MemorySample> bars, ToLongFunction<MemoryUse> bytes) {
        return DoubleColumn.create(
                name,
                bars.stream()
                        .mapToDouble(s -> bytes.applyAsLong(s.memory()) / MIB)
                        .toArray());
    }
}
