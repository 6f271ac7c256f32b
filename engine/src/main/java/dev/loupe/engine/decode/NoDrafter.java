package dev.loupe.engine.decode;

import java.util.random.RandomGenerator;

/** Proposes nothing: what is left of speculative decoding is plain decoding. */
record NoDrafter() implements Drafter {
    @Override
    public void begin(int[] prompt) {
        // needs nothing
    }

    @Override
    public Draft propose(Session session, int last, Pace pace, Sampler sampler, RandomGenerator random) {
        return new Draft();
    }

    @Override
    public void close() {
        // holds nothing
    }
}
