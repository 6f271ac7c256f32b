package dev.loupe.engine.model;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.dtype.SymInt8;
import dev.loupe.engine.tensor.TensorInfo;

/**
 * Which dtype each matrix gets.
 *
 * <p>A dtype of one number a block (fp32, fp16, bf16) goes to every matrix. A low-bit dtype goes to the linear layers;
 * the embedding and the head, which suffer most, stay as stored, or become sym_int8 where they are stored in 16 bits or
 * more. The router of experts, which is small, stays as stored. A row that the dtype's block does not divide becomes
 * sym_int8, or fp32 where even that does not fit.
 *
 * @param target the dtype asked for, or null to run as stored
 */
public record DtypePlan(DType target) {
    /** What a matrix is for. */
    public enum Role {
        LINEAR,
        EMBEDDING,
        HEAD,
        ROUTER;

        /** What the matrix is for that has this name in a Hugging Face checkpoint. */
        public static Role of(String name) {
            return switch (name) {
                case "model.embed_tokens.weight" -> EMBEDDING;
                case "lm_head.weight" -> HEAD;
                default -> name.endsWith(".gate.weight") ? ROUTER : LINEAR;
            };
        }
    }

    /** Everything as it is stored. */
    public static DtypePlan asStored() {
        return new DtypePlan(null);
    }

    /** The dtype of a matrix. */
    public DType dtype(TensorInfo stored, Role role) {
        if (target == null) {
            return stored.dtype();
        }
        if (role == Role.LINEAR || target.blockElements() == 1) {
            return fitting(stored, target);
        }
        if (role == Role.ROUTER) {
            return stored.dtype();
        }
        return stored.dtype().blockElements() == 1 ? fitting(stored, new SymInt8()) : stored.dtype();
    }

    private static DType fitting(TensorInfo stored, DType wanted) {
        long columns = stored.shape().columns();
        if (columns % wanted.blockElements() == 0) {
            return wanted;
        }
        var fallback = new SymInt8();
        return columns % fallback.blockElements() == 0 ? fallback : new Fp32();
    }
}
