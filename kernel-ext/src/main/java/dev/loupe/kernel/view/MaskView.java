package dev.loupe.kernel.view;

import dev.loupe.engine.ops.Mask;

/**
 * Which keys the queries of a sequence see, as a small picture: queries go down, keys go across, and a cell is a tile
 * of both, read whole, in part, or not at all.
 */
public final class MaskView {
    private static final int ROWS = 12;
    private static final int COLUMNS = 24;
    private static final String PICTURE =
            "<pre style=\"line-height:1.05;margin:4px 0;background:none;color:inherit\">%s</pre>";

    private MaskView() {}

    /** Of a sequence of {@code length} tokens. */
    public static View of(int length, Mask mask) {
        int rows = Math.min(ROWS, length);
        int columns = Math.min(COLUMNS, length);
        var picture = new StringBuilder();
        int read = 0;
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                char cell = cell(
                        mask,
                        length * r / rows,
                        length * (r + 1) / rows,
                        length * c / columns,
                        length * (c + 1) / columns);
                read += cell == '·' ? 0 : 1;
                picture.append(cell).append(cell);
            }
            picture.append(r == rows - 1 ? "" : "\n");
        }
        String note =
                "%d tokens: each row is some queries, each column some keys; █ all seen, ▒ some, · none: %d of %d tiles are read"
                        .formatted(length, read, rows * columns);
        View drawn = new View(picture.toString(), PICTURE.formatted(View.escape(picture.toString())));
        return View.column(drawn, View.note(note));
    }

    private static char cell(Mask mask, int queryFrom, int queryTo, int keyFrom, int keyTo) {
        int seen = 0;
        for (int query = queryFrom; query < queryTo; query++) {
            for (int key = keyFrom; key < keyTo; key++) {
                seen += mask.sees(query, key) ? 1 : 0;
            }
        }
        return seen == 0 ? '·' : seen == (queryTo - queryFrom) * (keyTo - keyFrom) ? '█' : '▒';
    }
}
