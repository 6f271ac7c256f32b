/** Figures and tables from the engine's records: a picture as PNG, as characters, and the numbers behind it. */
package dev.loupe.viz;
