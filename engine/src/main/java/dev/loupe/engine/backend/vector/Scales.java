package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;

/**
 * The fp16 scales of a tile as floats, decoded ahead of a product: what is small stays small enough for the compiler.
 *
 * <p>Half a word each, 32 words side by side: half h of word group w belongs to scale 2w + h.
 */
final class Scales {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private Scales() {}

    /** Decodes {@code count} scales of all 32 rows to (count, 32). */
    static void decode(MemorySegment tile, long offset, int count, float[] out) {
        for (int i = 0; i < count; i++) {
            long words = offset + (i >> 1) * TileKernel.WORDS;
            for (int lane = 0; lane < TileKernel.ROWS; lane += Lanes.COUNT) {
                IntVector w = IntVector.fromMemorySegment(Lanes.INT, tile, words + 4L * lane, LE);
                Halves.at(w, i & 1).intoArray(out, i * TileKernel.ROWS + lane);
            }
        }
    }
}
