package dev.loupe.kernel.jupyter;

import java.io.PrintStream;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * The cell that runs: what belongs to it may be shown only until it ends.
 *
 * <p>The kernel says nowhere which cell runs, but it replaces {@code System.out} when a cell begins and puts the former
 * one back when it ends, be it by an interrupt while our work goes on for a moment. So a cell marks {@code System.out}
 * and is open as long as its mark is there. Invariant: a closed cell never opens again.
 */
final class Cell {
    private final PrintStream mark;
    private final Set<Object> shown = Collections.newSetFromMap(new IdentityHashMap<>());

    private Cell(PrintStream out) {
        mark = new PrintStream(out, true, out.charset());
    }

    /** Marks the cell that runs now. */
    static Cell enter() {
        var cell = new Cell(System.out);
        System.setOut(cell.mark);
        return cell;
    }

    boolean isOpen() {
        return System.out == mark;
    }

    /** Remembers that a value has been seen in this cell. */
    synchronized void showed(Object value) {
        shown.add(value);
    }

    /** Whether a value has been seen in this cell, which still runs. */
    synchronized boolean hasShown(Object value) {
        return isOpen() && shown.contains(value);
    }
}
