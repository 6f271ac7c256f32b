package dev.loupe.kernel.view;

import dev.loupe.engine.cache.CacheInfo;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A cache as a table: of each kind of layer its bytes and a strip of the sequence that shows which positions live.
 *
 * <p>Layers that hold the same positions share a row. Invariant: a cell of the strip is full only if all of its
 * positions live, and empty only if none does.
 */
public final class CacheView {
    private static final int CELLS = 64;
    private static final int SIDE = 8;
    private static final String SHADES = "·░▒▓█";

    private CacheView() {}

    /** What a cache holds. */
    public static View of(CacheInfo info) {
        Map<List<Object>, List<Integer>> same = new LinkedHashMap<>();
        for (int i = 0; i < info.layers().size(); i++) {
            CacheInfo.Layer layer = info.layers().get(i);
            same.computeIfAbsent(List.of(layer.retention(), layer.bytes(), layer.live()), k -> new ArrayList<>())
                    .add(i);
        }
        var grid = new Grid("layers", "keeps", "a layer", "positions", "which of them live");
        same.forEach((key, layers) -> {
            var live = (BitSet) key.get(2);
            grid.row(
                    ranges(layers),
                    key.get(0),
                    "%,d KiB".formatted((long) key.get(1) >> 10),
                    "%d of %d".formatted(live.cardinality(), info.length()),
                    strip(live, info.length()));
        });
        return View.column(View.text(info.toString()), grid.view());
    }

    private static String ranges(List<Integer> rising) {
        if (rising.getLast() - rising.getFirst() == rising.size() - 1) {
            return rising.size() == 1 ? rising.getFirst().toString() : rising.getFirst() + "-" + rising.getLast();
        }
        return rising.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    /** A sequence of {@code length} positions from left to right, darker where more of them are in the set. */
    public static View strip(BitSet live, int length) {
        var shares = new float[Math.min(CELLS, length)];
        var strip = new StringBuilder();
        for (int c = 0; c < shares.length; c++) {
            int from = (int) ((long) c * length / shares.length);
            int to = (int) ((long) (c + 1) * length / shares.length);
            int count = live.get(from, to).cardinality();
            shares[c] = (float) count / (to - from);
            strip.append(SHADES.charAt(
                    count == 0 ? 0 : count == to - from ? 4 : 1 + Math.min(2, (int) (3 * shares[c]))));
        }
        return new View(strip.toString(), Shade.table(new float[][] {shares}, SIDE));
    }
}
