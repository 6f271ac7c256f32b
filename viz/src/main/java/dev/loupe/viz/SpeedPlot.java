package dev.loupe.viz;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Speed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Benchmarks: reading and writing, against the context where several were measured, otherwise a bar each.
 *
 * <p>Invariant: a setting has one colour in both panels. A single peer's lines have the colour of ours, dashed; peers'
 * bars are grey.
 */
public final class SpeedPlot {
    /** The measurements of one legend entry, of reading and of writing, by rising context. */
    private record Series(Key key, List<Speed> speeds) {
        List<Speed> of(boolean reading) {
            return speeds.stream().filter(s -> s.reading() == reading).toList();
        }
    }

    private SpeedPlot() {}

    /**
     * The figure. Of what was measured more than once the last counts.
     *
     * @param measured oldest first; what has no rate is left out
     * @throws LoupeException if nothing is left
     */
    public static Figure of(List<Speed> measured) {
        List<Speed> speeds =
                measured.stream().filter(s -> Scale.shows(s.tokensPerSecond())).toList();
        if (speeds.isEmpty()) {
            throw new LoupeException("No speeds were measured yet; begin with './loupe bench'.");
        }
        var setting = new Setting();
        speeds.forEach(s -> setting.add(s.model(), s.dtype(), s.device(), Setting.threads(s.threads()), s.engine()));
        List<Series> series = series(speeds, setting);
        boolean contexts = speeds.stream()
                                .filter(Speed::reading)
                                .map(Speed::test)
                                .distinct()
                                .count()
                        > 1
                || speeds.stream()
                                .filter(s -> !s.reading())
                                .map(Speed::test)
                                .distinct()
                                .count()
                        > 1;
        var panels = new ArrayList<Panel>();
        for (boolean reading : new boolean[] {true, false}) {
            String label = (reading ? "prompt" : "generation") + " (tokens/s)";
            if (speeds.stream().anyMatch(s -> s.reading() == reading)) {
                panels.add(contexts ? lines(label, series, reading) : bars(label, series, reading));
            }
        }
        String tests = contexts
                ? ""
                : String.join(
                        ", ",
                        new LinkedHashSet<>(speeds.stream().map(Speed::test).toList()));
        return new Figure(
                contexts ? "Speed against context" : "Speed of reading and writing",
                setting.common(tests, "medians, error bars: one standard deviation"),
                series.size() == 1 || !contexts
                        ? List.of()
                        : series.stream().map(Series::key).toList(),
                panels,
                Tables.speeds(speeds));
    }

    private static List<Series> series(List<Speed> speeds, Setting setting) {
        var byName = new LinkedHashMap<String, Map<String, Speed>>();
        var settings = new ArrayList<String>();
        var keys = new ArrayList<Key>();
        boolean onePeer = speeds.stream()
                        .filter(Speed::ofPeer)
                        .map(Speed::engine)
                        .distinct()
                        .count()
                == 1;
        for (int i = 0; i < speeds.size(); i++) {
            Speed speed = speeds.get(i);
            String name = setting.distinct(i, 0, 1, 2, 3, 4).replaceFirst("^, ", "");
            String apart = setting.distinct(i, 0, 1, 2, 3);
            if (!byName.containsKey(name)) {
                byName.put(name, new LinkedHashMap<>());
                if (!settings.contains(apart)) {
                    settings.add(apart);
                }
                String label = name.isEmpty() ? speed.dtype() : name;
                keys.add(
                        onePeer
                                ? new Key(label, Palette.series(settings.indexOf(apart)), speed.ofPeer())
                                : Key.series(keys.size(), label));
            }
            byName.get(name).put(speed.test(), speed);
        }
        var each = byName.values().iterator();
        return keys.stream()
                .map(key -> new Series(
                        key,
                        each.next().values().stream()
                                .sorted(Comparator.comparingInt(Speed::context))
                                .toList()))
                .toList();
    }

    private static Panel lines(String label, List<Series> series, boolean reading) {
        var lines = new ArrayList<Panel.Lines.Line>();
        for (Series one : series) {
            List<Speed> points = one.of(reading);
            lines.add(new Panel.Lines.Line(
                    one.key(),
                    points.stream().mapToDouble(Speed::context).toArray(),
                    points.stream().mapToDouble(Speed::tokensPerSecond).toArray(),
                    points.stream().mapToDouble(Speed::deviation).toArray()));
        }
        return new Panel.Lines(label, "context (tokens)", lines);
    }

    private static Panel bars(String label, List<Series> series, boolean reading) {
        var parts = new ArrayList<Panel.Bars.Part>();
        for (int i = 0; i < series.size(); i++) {
            double[] values = unknown(series.size());
            double[] errors = unknown(series.size());
            for (Speed speed : series.get(i).of(reading)) {
                values[i] = speed.tokensPerSecond();
                errors[i] = speed.deviation();
            }
            Key key = series.get(i).key();
            boolean peer = series.get(i).speeds().getFirst().ofPeer();
            parts.add(new Panel.Bars.Part(peer ? new Key(key.label(), Palette.SCRATCH, false) : key, values, errors));
        }
        List<String> names = series.stream().map(one -> one.key().label()).toList();
        return new Panel.Bars(label, "", names, parts);
    }

    private static double[] unknown(int count) {
        return IntStream.range(0, count).mapToDouble(i -> Double.NaN).toArray();
    }
}
