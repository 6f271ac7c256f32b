package dev.loupe.kernel.jupyter;

/** Where a kernel shows: the outputs of the cell that runs. */
public interface Screen {
    /**
     * Shows a bundle.
     *
     * @param id by which it can be updated; null if it stays
     */
    void display(Bundle bundle, String id);

    /** Shows this in place of what has the id. */
    void update(Bundle bundle, String id);
}
