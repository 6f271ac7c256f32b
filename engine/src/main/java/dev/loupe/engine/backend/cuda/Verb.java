package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.ops.Activation;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.TopSpec;
import dev.loupe.engine.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;

/**
 * A verb of {@link dev.loupe.engine.ops.Ops} that was called and checked, to be launched by itself or as a part of a
 * fused kernel.
 */
sealed interface Verb {
    /** What it reads. */
    default List<Tensor> reads() {
        return List.of();
    }

    /** What it leaves wholly overwritten. */
    default List<Tensor> writes() {
        return List.of();
    }

    record Embed(CudaWeight table, long ids, Tensor out) implements Verb {
        @Override
        public List<Tensor> writes() {
            return List.of(out);
        }
    }

    record Norm(Tensor x, Tensor weight, float eps, Tensor out) implements Verb {
        @Override
        public List<Tensor> reads() {
            return List.of(x);
        }

        @Override
        public List<Tensor> writes() {
            return List.of(out);
        }
    }

    /**
     * Products of one input.
     *
     * @param norm of the input, or null
     * @param biases added to each result; null for none, as each of them
     * @param gate activation of the first result, which the second is multiplied with; null for none
     * @param residual that the result is added to as well, or null
     */
    record Product(
            Tensor x,
            List<CudaWeight> weights,
            List<Tensor> outs,
            Norm norm,
            List<Tensor> biases,
            Activation gate,
            Tensor residual)
            implements Verb {
        @Override
        public List<Tensor> reads() {
            return residual == null ? List.of(x) : List.of(x, residual);
        }

        @Override
        public List<Tensor> writes() {
            return outs;
        }

        Product withNorm(Norm before) {
            return new Product(before.x(), weights, outs, before, biases, gate, residual);
        }

        Product withBiases(List<Tensor> added) {
            return new Product(x, weights, outs, norm, added, gate, residual);
        }

        Product withGate(Activation activation) {
            return new Product(x, weights, outs, norm, biases, activation, residual);
        }

        Product withResidual(Tensor stream) {
            return new Product(x, weights, outs, norm, biases, gate, stream);
        }
    }

    record AddBias(Tensor x, Tensor bias) implements Verb {
        @Override
        public List<Tensor> reads() {
            return List.of(x);
        }
    }

    /** Rotary positions, with the addresses of the first one and of (positions, pairs) cosines and sines. */
    record Turn(Tensor x, int heads, int headDim, int pairs, long position, long cos, long sin) implements Verb {
        @Override
        public List<Tensor> reads() {
            return List.of(x);
        }
    }

    record Store(Tensor keys, Tensor values, PageTable pages, AttentionSpec spec, long position) implements Verb {
        @Override
        public List<Tensor> reads() {
            return List.of(keys, values);
        }
    }

    /**
     * Attention.
     *
     * @param slopes address of the heads' slopes, or 0
     * @param turn of the queries, and of the keys that {@code store} then stores; null if both are done
     */
    record Attend(
            Tensor q,
            PageTable pages,
            AttentionSpec spec,
            long position,
            long slopes,
            Tensor out,
            Turn turn,
            Store store)
            implements Verb {
        @Override
        public List<Tensor> reads() {
            return Stream.of(List.of(q), store == null ? List.<Tensor>of() : store.reads())
                    .flatMap(List::stream)
                    .toList();
        }

        @Override
        public List<Tensor> writes() {
            return List.of(out);
        }

        Attend withTurn(Turn turn, Store store) {
            return new Attend(q, pages, spec, position, slopes, out, turn, store);
        }
    }

    record Gated(Activation activation, Tensor gate, Tensor up, Tensor out) implements Verb {
        @Override
        public List<Tensor> reads() {
            return List.of(gate, up);
        }

        @Override
        public List<Tensor> writes() {
            return List.of(out);
        }
    }

    record Add(Tensor x, Tensor y) implements Verb {
        @Override
        public List<Tensor> reads() {
            return List.of(x, y);
        }
    }

    /** x * factor, or cap * tanh(x / cap), by the kernel of that name. */
    record InPlace(String kernel, Tensor x, float value) implements Verb {
        @Override
        public List<Tensor> reads() {
            return List.of(x);
        }
    }

    record Top(Tensor x, TopSpec spec, Tensor out) implements Verb {
        @Override
        public List<Tensor> reads() {
            return List.of(x);
        }

        @Override
        public List<Tensor> writes() {
            return List.of(out);
        }
    }

    /** 0, everywhere. */
    record Clear(Tensor x) implements Verb {
        @Override
        public List<Tensor> writes() {
            return List.of(x);
        }
    }
}
