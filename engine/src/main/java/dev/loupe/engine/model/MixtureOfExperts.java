package dev.loupe.engine.model;

import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Routing;
import dev.loupe.engine.tensor.Tensor;
import java.util.List;

/**
 * Sparse mixture of experts (arXiv:2401.04088): each token is read by its {@code top} best experts, whose results are
 * added by their shares.
 *
 * <p>Invariant: an expert reads all of its tokens at once and experts come in order, so a token's sum is added in the
 * same order whatever the other tokens chose.
 *
 * @param router (experts, hidden)
 * @param experts all of one shape
 * @param top experts of a token
 */
public record MixtureOfExperts(Linear router, List<GatedFeedForward> experts, int top) implements FeedForward {
    private static final int GATED = 0;
    private static final int RAISED = 1;
    private static final int CHOSEN = 2;
    private static final int RESULT = 3;
    private static final int SCORES = 4;

    public MixtureOfExperts {
        experts = List.copyOf(experts);
    }

    @Override
    public int[] workColumns() {
        GatedFeedForward first = experts.getFirst();
        int hidden = first.down().outFeatures();
        int[] gated = first.workColumns();
        return new int[] {gated[GATED], gated[RAISED], hidden, hidden, router.outFeatures()};
    }

    @Override
    public void apply(Step step, Tensor x, Tensor out) {
        Tensor scores = step.work().feedForward()[SCORES];
        router.apply(step.ops(), x, scores);
        Routing routing = step.ops().route(scores, top);
        step.ops().clear(out);
        for (int e = 0; e < experts.size(); e++) {
            int[] entries = routing.entries(e);
            if (entries.length > 0) {
                add(step, experts.get(e), entries, routing, x, out);
            }
        }
    }

    private void add(Step step, GatedFeedForward expert, int[] entries, Routing routing, Tensor x, Tensor out) {
        var tokens = new int[entries.length];
        var shares = new float[entries.length];
        for (int i = 0; i < entries.length; i++) {
            tokens[i] = entries[i] / top;
            shares[i] = routing.shares()[entries[i]];
        }
        Ops ops = step.ops();
        Tensor[] work = step.work().feedForward();
        Tensor chosen = work[CHOSEN].rows(0, tokens.length);
        Tensor result = work[RESULT].rows(0, tokens.length);
        Tensor[] gated = {work[GATED].rows(0, tokens.length), work[RAISED].rows(0, tokens.length)};
        ops.gather(x, tokens, chosen);
        expert.apply(ops, chosen, gated, result);
        ops.addRows(result, tokens, shares, out);
    }
}
