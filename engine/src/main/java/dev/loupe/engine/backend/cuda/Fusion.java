package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins verbs of a pass over few tokens that one kernel can do: a norm with the products that read it, products with
 * their biases, gate or residual sum, and the turning and storing of a token's key with its attention.
 *
 * <p>Invariant: a fused kernel computes what its verbs compute one by one, in the same order of sums; a value between
 * them that is not written is overwritten later in the pass before anything reads it.
 */
final class Fusion {
    private static final int MOST_MATRICES = 3;
    private static final int MOST_HEADS_OF_A_KEY = 8;

    private final List<Verb> verbs;

    private Fusion(List<Verb> verbs) {
        this.verbs = verbs;
    }

    /** The same pass in fewer verbs. */
    static List<Verb> of(List<Verb> verbs) {
        return new Fusion(verbs).all();
    }

    private List<Verb> all() {
        var fused = new ArrayList<Verb>();
        for (int i = 0; i < verbs.size(); ) {
            i += next(i, fused);
        }
        return fused;
    }

    /** Adds the verb at {@code i} with all that it can be joined with; how many these are. */
    private int next(int i, List<Verb> fused) {
        if (verbs.get(i) instanceof Verb.Norm norm
                && at(i + 1) instanceof Verb.Product product
                && same(norm.out(), product.x())
                && !same(norm.x(), norm.out())
                && Products.takesMore(product)
                && unread(norm.out(), i + 2)) {
            return 1 + product(i + 1, product.withNorm(norm), fused);
        }
        if (verbs.get(i) instanceof Verb.Product product && Products.takesMore(product)) {
            return product(i, product, fused);
        }
        int joined = attention(i, fused);
        if (joined == 0) {
            fused.add(verbs.get(i));
            return 1;
        }
        return joined;
    }

    private int product(int i, Verb.Product product, List<Verb> fused) {
        int next = i + 1;
        if (product.weights().size() <= MOST_MATRICES) {
            var biases = new ArrayList<Tensor>();
            for (Tensor out : product.outs()) {
                boolean biased = at(next) instanceof Verb.AddBias add && same(add.x(), out);
                biases.add(biased ? ((Verb.AddBias) at(next)).bias() : null);
                next += biased ? 1 : 0;
            }
            product = product.withBiases(biases);
        }
        if (at(next) instanceof Verb.Gated gated && canGate(product, gated) && unread(gated.up(), next + 1)) {
            fused.add(product.withGate(gated.activation()));
            return next + 1 - i;
        }
        if (at(next) instanceof Verb.Add add
                && product.outs().size() == 1
                && same(add.y(), product.outs().getFirst())
                && !same(add.x(), product.x())) {
            fused.add(product.withResidual(add.x()));
            return next + 1 - i;
        }
        fused.add(product);
        return next - i;
    }

    private static boolean canGate(Verb.Product product, Verb.Gated gated) {
        return product.outs().size() == 2
                && Products.oneKernel(product.weights())
                && product.weights().get(0).rows() == product.weights().get(1).rows()
                && same(gated.gate(), product.outs().get(0))
                && same(gated.up(), product.outs().get(1))
                && same(gated.out(), gated.gate());
    }

    /** Turn q, turn k, store, attend, for a single token. */
    private int attention(int i, List<Verb> fused) {
        if (at(i) instanceof Verb.Turn q
                && at(i + 1) instanceof Verb.Turn k
                && at(i + 2) instanceof Verb.Store store
                && at(i + 3) instanceof Verb.Attend attend
                && q.x().shape().rows() == 1
                && q.cos() == k.cos()
                && same(q.x(), attend.q())
                && same(k.x(), store.keys())
                && store.pages() == attend.pages()
                && attend.spec().group() <= MOST_HEADS_OF_A_KEY
                && unread(q.x(), i + 4)
                && unread(k.x(), i + 4)) {
            fused.add(attend.withTurn(q, store));
            return 4;
        }
        return 0;
    }

    /** Whether a tensor is overwritten, or the pass ends, before a verb from {@code i} on reads it. */
    private boolean unread(Tensor tensor, int i) {
        for (Verb verb : verbs.subList(i, verbs.size())) {
            if (verb.reads().stream().anyMatch(t -> overlaps(t, tensor))) {
                return false;
            }
            if (verb.writes().stream().anyMatch(t -> same(t, tensor))) {
                return true;
            }
        }
        return true;
    }

    private Verb at(int i) {
        return i < verbs.size() ? verbs.get(i) : null;
    }

    private static boolean same(Tensor a, Tensor b) {
        return a.data().address() == b.data().address()
                && a.shape().elements() == b.shape().elements();
    }

    private static boolean overlaps(Tensor a, Tensor b) {
        long from = a.data().address();
        long other = b.data().address();
        return from < other + b.bytes() && other < from + a.bytes();
    }
}
