package dev.loupe.engine.decode;

import java.util.List;
import java.util.Set;

/**
 * When to stop.
 *
 * @param maxTokens most tokens to generate
 * @param eos ids that end it, empty to go on after them
 * @param stop strings that end it
 */
public record Limits(int maxTokens, Set<Integer> eos, List<String> stop) {}
