package dev.loupe.viz;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Standing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * A device's roofs and how near to them each dtype comes: bytes read while it writes, operations while it reads.
 *
 * <p>Invariant: the first bar of a panel is the machine's, in grey, the highest measured; the others are drawn to the
 * same scale.
 */
public final class RooflinePlot {
    private static final Key ROOF = new Key("what the machine gives", Palette.SCRATCH, false);

    private RooflinePlot() {}

    /**
     * A bar a standing, of those on the device that was measured last.
     *
     * @throws LoupeException if there are none
     */
    public static Figure of(List<Standing> measured) {
        if (measured.isEmpty()) {
            throw new LoupeException("Nothing was measured yet; load a model and draw its roofline.");
        }
        String device = measured.getLast().device();
        List<Standing> standings =
                measured.stream().filter(s -> s.device().equals(device)).toList();
        var setting = new Setting();
        standings.forEach(
                s -> setting.add(s.model(), device, device.equals("cpu") ? Setting.threads(s.threads()) : ""));
        var names = new ArrayList<>(List.of("machine"));
        for (int i = 0; i < standings.size(); i++) {
            names.add(standings.get(i).dtype() + setting.distinct(i, 0, 2));
        }
        Key writing = new Key("generation: weights read", Palette.DECODE, false);
        Key reading = new Key("prompt: operations", Palette.PREFILL, false);
        return new Figure(
                "How near each dtype comes to what the machine gives",
                setting.common(),
                List.of(ROOF, writing, reading),
                List.of(
                        panel("GB/s", names, standings, writing, Standing::gigabytes, Standing::mostGigabytes),
                        panel("GFLOP/s", names, standings, reading, Standing::gigaflops, Standing::mostGigaflops)),
                table(standings));
    }

    private static Panel panel(
            String label,
            List<String> names,
            List<Standing> standings,
            Key key,
            ToDoubleFunction<Standing> value,
            ToDoubleFunction<Standing> most) {
        var roof = new double[names.size()];
        var values = new double[names.size()];
        Arrays.fill(roof, Double.NaN);
        Arrays.fill(values, Double.NaN);
        roof[0] = standings.stream().mapToDouble(most).max().orElseThrow();
        for (int i = 0; i < standings.size(); i++) {
            values[i + 1] = value.applyAsDouble(standings.get(i));
        }
        return new Panel.Bars(
                label, "", names, List.of(new Panel.Bars.Part(ROOF, roof), new Panel.Bars.Part(key, values)));
    }

    private static Table table(List<Standing> standings) {
        return Table.create(
                "roofline",
                StringColumn.create("dtype", standings.stream().map(Standing::dtype)),
                column("GB/s", standings, Standing::gigabytes),
                column("of the memory (%)", standings, s -> 100 * s.gigabytes() / s.mostGigabytes()),
                column("GFLOP/s", standings, Standing::gigaflops),
                column("of the arithmetic (%)", standings, s -> 100 * s.gigaflops() / s.mostGigaflops()));
    }

    private static DoubleColumn column(String name, List<Standing> standings, ToDoubleFunction<Standing> value) {
        return DoubleColumn.create(name, standings.stream().mapToDouble(value).toArray());
    }
}
