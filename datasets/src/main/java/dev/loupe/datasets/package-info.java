/** Texts to measure models on, each with its source, its licence and, where it is known, its checksum. */
package dev.loupe.datasets;
