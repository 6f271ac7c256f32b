package dev.loupe.viz;

/**
 * A grid of characters of 2 x 4 dots each (Unicode's braille patterns, U+2800).
 *
 * <p>Invariant: a dot outside the grid can not be asked for; places run from 0 to 1, left to right and bottom to top.
 */
final class Braille {
    private static final int[][] BITS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

    private final int[][] cells;

    Braille(int columns, int rows) {
        cells = new int[rows][columns];
    }

    int columns() {
        return cells[0].length;
    }

    /** Sets the dots of a straight line. */
    void line(double x0, double y0, double x1, double y1) {
        int width = columns() * 2 - 1;
        int height = cells.length * 4 - 1;
        double steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0) * width, Math.abs(y1 - y0) * height)));
        for (int i = 0; i <= steps; i++) {
            int x = (int) Math.round((x0 + (x1 - x0) * i / steps) * width);
            int y = height - (int) Math.round((y0 + (y1 - y0) * i / steps) * height);
            cells[y / 4][x / 2] |= BITS[y % 4][x % 2];
        }
    }

    /** A row's characters, the first row on top. */
    String row(int row) {
        var text = new StringBuilder();
        for (int cell : cells[row]) {
            text.append(cell == 0 ? ' ' : (char) (0x2800 + cell));
        }
        return text.toString();
    }
}
