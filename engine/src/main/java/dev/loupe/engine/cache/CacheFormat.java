package dev.loupe.engine.cache;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp32;

/**
 * How a cache stores keys and values; the two may differ, for keys suffer more from few bits (arXiv:2402.02750).
 *
 * @param keys a dtype whose block divides the size of a head
 * @param values as keys
 */
public record CacheFormat(DType keys, DType values) {
    /** fp32, as they are computed. */
    public static CacheFormat exact() {
        return new CacheFormat(new Fp32(), new Fp32());
    }

    /** @throws LoupeException if a head cannot be cut into blocks of the dtypes */
    public void requireFits(int headDim) {
        for (DType dtype : new DType[] {keys, values}) {
            if (headDim % dtype.blockElements() != 0) {
                throw new LoupeException(
                        "This model's heads of %d values cannot be cached as %s, in blocks of %d; use f16."
                                .formatted(headDim, dtype.id(), dtype.blockElements()));
            }
        }
    }

    /** The dtypes, once if they are the same: "fp16", "k sym_int8 v sym_int4". */
    @Override
    public String toString() {
        return keys.equals(values) ? keys.id() : "k %s v %s".formatted(keys.id(), values.id());
    }
}
