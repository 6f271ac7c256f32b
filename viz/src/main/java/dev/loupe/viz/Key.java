package dev.loupe.viz;

import java.awt.Color;

/** An entry of a legend: what a colour (and a dash, where colours come round) stands for. */
record Key(String label, Color color, boolean dashed) {
    Key {
        label = Words.clean(label);
    }

    /** Key of the {@code i}-th of things without a role. */
    static Key series(int i, String label) {
        return new Key(label, Palette.series(i), Palette.dashed(i));
    }
}
