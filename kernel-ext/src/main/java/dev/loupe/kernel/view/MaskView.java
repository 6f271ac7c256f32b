package dev.loupe.kernel.view;

import dev.loupe.engine.ops.Mask;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Which keys the queries of a sequence see, as a small picture: queries go down, keys go across, and a cell is a tile
 * of both, read whole, in part, or not at all.
 *
 * <p>Invariant: a tile without a shade is one that attention does not read.
 */
public final class MaskView {
    private static final int ROWS = 12;
    private static final int COLUMNS = 24;
    private static final int SIDE = 12;

    private static final float NONE = 0;
    private static final float SOME = 0.35f;
    private static final float ALL = 1;

    private MaskView() {}

    /** Of a sequence of {@code length} tokens. */
    public static View of(int length, Mask mask) {
        var tiles = new float[Math.min(ROWS, length)][Math.min(COLUMNS, length)];
        int read = 0;
        for (int r = 0; r < tiles.length; r++) {
            for (int c = 0; c < tiles[r].length; c++) {
                tiles[r][c] = tile(
                        mask,
                        length * r / tiles.length,
                        length * (r + 1) / tiles.length,
                        length * c / tiles[r].length,
                        length * (c + 1) / tiles[r].length);
                read += tiles[r][c] == NONE ? 0 : 1;
            }
        }
        String note = "%d tokens: each row is some queries, each column some keys; %%s: %d of %d tiles are read"
                .formatted(length, read, tiles.length * tiles[0].length);
        return View.column(
                new View(characters(tiles), Shade.table(tiles, SIDE)),
                new View(
                        note.formatted("█ all seen, ▒ some, · none"),
                        View.note(note.formatted("dark all seen, pale some, clear none"))
                                .html()));
    }

    private static float tile(Mask mask, int queryFrom, int queryTo, int keyFrom, int keyTo) {
        int seen = 0;
        for (int query = queryFrom; query < queryTo; query++) {
            for (int key = keyFrom; key < keyTo; key++) {
                seen += mask.sees(query, key) ? 1 : 0;
            }
        }
        return seen == 0 ? NONE : seen == (queryTo - queryFrom) * (keyTo - keyFrom) ? ALL : SOME;
    }

    private static String characters(float[][] tiles) {
        return Arrays.stream(tiles).map(MaskView::characters).collect(Collectors.joining("\n"));
    }

    private static String characters(float[] row) {
        var line = new StringBuilder();
        for (float tile : row) {
            line.append((tile == NONE ? "·" : tile == ALL ? "█" : "▒").repeat(2));
        }
        return line.toString();
    }
}
