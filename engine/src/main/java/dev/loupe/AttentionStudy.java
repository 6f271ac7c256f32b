package dev.loupe;

import dev.loupe.engine.attention.AttentionPlan;
import dev.loupe.engine.attention.Recall;
import dev.loupe.engine.cache.CacheInfo;
import dev.loupe.engine.eval.AttentionCost;
import dev.loupe.engine.eval.PositionLoss;
import dev.loupe.engine.trace.Progress;
import java.util.List;

/**
 * What a loaded model's attention sees and its cache holds now, and what both cost.
 *
 * <p>Works as {@link Llm} does: one piece of work at a time.
 */
public final class AttentionStudy {
    private final Llm llm;
    private final Placement placement;
    private final Conversation conversation;
    private final Evaluation evaluation;
    private final History history;

    AttentionStudy(Llm llm, Placement placement, Conversation conversation, Evaluation evaluation, History history) {
        this.llm = llm;
        this.placement = placement;
        this.conversation = conversation;
        this.evaluation = evaluation;
        this.history = history;
    }

    /** How attention is computed. */
    public AttentionPlan plan() {
        synchronized (llm) {
            return placement.attention();
        }
    }

    /**
     * Whether every prompt is read whole, for keys depend on how they were read: with sparse decoding, or compressing.
     */
    public boolean readsWhole() {
        synchronized (llm) {
            return placement.attention().sparse() != null
                    || placement.cachePlan().compresses();
        }
    }

    /** How much of full attention sparse decoding saw since it was switched on. */
    public Recall recall() {
        synchronized (llm) {
            llm.begin();
            return placement.pass().attention().recall();
        }
    }

    /** What the conversation's cache holds. */
    public CacheInfo cache() {
        synchronized (llm) {
            llm.begin();
            return conversation.cacheInfo();
        }
    }

    /** The loss at each position of the first tokens of a text, as the model runs now; {@code name} is for plots. */
    public PositionLoss positions(String name, String text, int tokens, Progress progress) {
        synchronized (llm) {
            llm.begin();
            return evaluation.positions(name, text, tokens, progress);
        }
    }

    /** The losses by position measured with this model, the last of each setting. */
    public List<PositionLoss> losses() {
        return history.positions();
    }

    /** What a layer's attention costs, flash and naive by turns, at contexts of so many positions. */
    public List<AttentionCost> costs(int... contexts) {
        synchronized (llm) {
            llm.begin();
            return evaluation.attentionCosts(contexts);
        }
    }
}
