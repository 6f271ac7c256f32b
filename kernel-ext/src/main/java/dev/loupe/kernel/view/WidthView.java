package dev.loupe.kernel.view;

import dev.loupe.engine.backend.vector.VectorCpu;
import dev.loupe.engine.backend.vector.VectorWidth;
import dev.loupe.engine.trace.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How fast this CPU's kernels are with vectors of each width, a row each dtype. */
public final class WidthView {
    private WidthView() {}

    /** What is remembered, or else measured now; empty where there is no choice. */
    public static View measured(Progress progress) {
        return VectorCpu.available()
                ? VectorWidth.measured(progress).map(WidthView::of).orElseGet(View::column)
                : View.column();
    }

    static View of(VectorWidth width) {
        List<Integer> widths = width.readings().stream()
                .map(VectorWidth.Reading::bits)
                .distinct()
                .toList();
        var header = new ArrayList<>(List.of("dtype"));
        widths.forEach(bits -> header.add(bits + " bits, GB/s"));
        var grid = new Grid(header.toArray(String[]::new));
        width.readings().stream().map(VectorWidth.Reading::dtype).distinct().forEach(dtype -> {
            var cells = new ArrayList<Object>(List.of(dtype));
            widths.forEach(bits -> cells.add(width.readings().stream()
                    .filter(reading -> reading.dtype().equals(dtype) && reading.bits() == bits)
                    .map(reading -> String.format(Locale.ROOT, "%.1f", reading.gigabytes()))
                    .findFirst()
                    .orElse("")));
            grid.row(cells.toArray());
        });
        View how = View.note(
                "weights read by one thread for one token, measured once for this CPU and Java; kernels take %d bits"
                                .formatted(width.best())
                        + (width.best() == VectorCpu.bits()
                                ? ""
                                : " from the next start on, and %d now".formatted(VectorCpu.bits())));
        return View.column(grid.view(), how);
    }
}
