package dev.loupe.engine.eval;

/**
 * Where a model stands against the roofs of the device that computes it.
 *
 * <p>Generation reads every weight for each token, so its roof is the memory's speed; a prompt multiplies each weight
 * with many tokens, so its roof is arithmetic. Attention and the cache are left out, which favours the machine.
 *
 * @param gigabytes 10^9 bytes of weights read in a second while it writes
 * @param gigaflops 10^9 float operations of its matrices in a second while it reads
 * @param mostGigabytes what the memory gives
 * @param mostGigaflops what the arithmetic gives
 */
public record Standing(
        String model,
        String dtype,
        String device,
        int threads,
        double gigabytes,
        double gigaflops,
        double mostGigabytes,
        double mostGigaflops) {}
