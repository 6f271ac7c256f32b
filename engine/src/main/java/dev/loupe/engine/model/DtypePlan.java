package dev.loupe.engine.model;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.tensor.TensorInfo;

/**
 * Which dtype each matrix gets.
 *
 * <p>A dtype of one number a block (fp32, fp16, bf16) goes to every matrix. A low-bit dtype goes to the linear layers;
 * the embedding and the head, which suffer most, stay as stored, or become sym_int8 where they are stored in 16 bits or
 * more, unless they are given one of their own. The router of experts, which is small, stays as stored.
 *
 * <p>Invariant: a row that its dtype's block does not divide gets the dtype that {@link Fallback} says, as llama.cpp's
 * quantiser does.
 *
 * @param target the dtype asked for, or null to run as stored
 * @param embedding that of the embedding, or null for the rule above
 * @param head that of the head, or null for the rule above; without effect where the head is the embedding
 */
public record DtypePlan(DType target, DType embedding, DType head) {
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

    /** One dtype, by the rule above. */
    public DtypePlan(DType target) {
        this(target, null, null);
    }

    /** Everything as it is stored. */
    public static DtypePlan asStored() {
        return new DtypePlan(null);
    }

    /** The target for embedding and head too, unless they have dtypes of their own: no care is taken of them. */
    public DtypePlan careless() {
        return new DtypePlan(target, embedding == null ? target : embedding, head == null ? target : head);
    }

    /** The dtype of a matrix. */
    public DType dtype(TensorInfo stored, Role role) {
        return Fallback.fitting(wanted(stored, role), stored.shape().columns());
    }

    /** The dtype that a matrix would get if every block divided every row. */
    DType wanted(TensorInfo stored, Role role) {
        return switch (role) {
            case LINEAR -> target == null ? stored.dtype() : target;
            case EMBEDDING -> embedding == null ? careful(stored.dtype()) : embedding;
            case HEAD -> head == null ? careful(stored.dtype()) : head;
            case ROUTER -> target == null || target.blockElements() > 1 ? stored.dtype() : target;
        };
    }

    private DType careful(DType stored) {
        if (target == null) {
            return stored;
        }
        if (target.blockElements() == 1) {
            return target;
        }
        return stored.blockElements() == 1 ? DTypes.SYM_INT8 : stored;
    }

    /** As it is asked for: {@code q4_k embed=sym_int8}. */
    @Override
    public String toString() {
        return (target == null ? "stored" : target.id())
                + (embedding == null ? "" : " embed=" + embedding.id())
                + (head == null ? "" : " head=" + head.id());
    }
}
