/** Results of experiments, kept as files that a person can read, move and draw again. */
package dev.loupe.runs;
