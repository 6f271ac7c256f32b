package dev.loupe.engine.decode;

import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.model.HeadRows;
import dev.loupe.engine.ops.TopSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One generation after its prompt, round by round: a draft, one pass of the model over the last token and the draft,
 * and the choice of what to keep.
 *
 * <p>Invariant: between rounds the session has all tokens but the last, and the sampler has seen all.
 */
final class Decoding {
    private final Session session;
    private final ForwardPass pass;
    private final Sampler sampler;
    private final RandomGenerator random;
    private final GeneratedTokens output;
    private final List<DraftRound> rounds = new ArrayList<>();
    private final TopSpec candidates; // what the law is made from; null for all logits
    private HeadRows head; // after the tokens of a pass
    private float[] logits; // after one of them, where all are read
    private int last;

    Decoding(Session session, ForwardPass pass, Sampler sampler, RandomGenerator random, GeneratedTokens output) {
        this.session = session;
        this.pass = pass;
        this.sampler = sampler;
        this.random = random;
        this.output = output;
        candidates = output.wantsProbabilities() ? null : sampler.asks(pass.vocabularySize());
    }

    /** Reads the prompt from index {@code from} on. */
    void read(int[] prompt, int from) {
        pass(Arrays.copyOfRange(prompt, from, prompt.length), 1);
        sampler.see(prompt);
    }

    /** The first token; why it ends here, or null if it goes on. */
    FinishReason first() {
        return take(law(0).draw(random));
    }

    /** Drafts and verifies; why it ends here, or null if it goes on. */
    FinishReason round(Drafter drafter, Pace pace) {
        int at = output.count();
        int length = session.length();
        pace.room(room(pace.most()));
        long start = System.nanoTime();
        Draft draft = drafter.propose(session, last, pace, sampler, random);
        long drafted = System.nanoTime();
        pass(passed(draft), draft.size() + 1);
        long verified = System.nanoTime();
        int accepted = 0;
        FinishReason finish = null;
        for (boolean taken = true; taken && finish == null; ) {
            Distribution law = law(accepted);
            taken = accepted < draft.size() && accepts(law, draft, accepted);
            finish = take(taken ? draft.ids()[accepted++] : own(law, draft, accepted));
        }
        if (accepted < draft.size()) {
            session.cut(length + 1 + accepted);
        }
        var round = new DraftRound(at, draft.ids(), draft.confidences(), accepted, drafted - start, verified - drafted);
        rounds.add(round);
        pace.learn(round, Math.max(1, output.count() - at));
        return finish;
    }

    List<DraftRound> rounds() {
        return rounds;
    }

    /** How many drafted tokens the limits and the session leave room for, with one of the model's own behind them. */
    private int room(int most) {
        int left = Math.min(output.left(), session.capacity() - session.length());
        int room = Math.min(most, left - 1);
        return room > 0 && session.canTry(room + 1, pass) ? room : 0;
    }

    private void pass(int[] tokens, int count) {
        head = session.read(tokens, pass, count, sampler.penalty() == 1 ? candidates : null);
    }

    /** Of the token behind the {@code i}th of those whose logits were asked for; to be called once. */
    private Distribution law(int i) {
        if (candidates == null) {
            return sampler.distribution(logits(i));
        }
        if (sampler.penalty() != 1) {
            head.penalise(i, sampler.seen(), sampler.penalty());
        }
        Distribution law = sampler.law(head.top(i, candidates), pass.vocabularySize());
        return law != null ? law : sampler.penalised(logits(i));
    }

    private int[] passed(Draft draft) {
        var ids = new int[draft.size() + 1];
        ids[0] = last;
        System.arraycopy(draft.ids(), 0, ids, 1, draft.size());
        return ids;
    }

    /** Whether the model takes drafted token {@code i}: with probability min(1, its law / the drafter's). */
    private boolean accepts(Distribution law, Draft draft, int i) {
        double own = law.probability(draft.ids()[i]);
        double drafted = draft.law(i).probability(draft.ids()[i]);
        return own >= drafted || own > 0 && random.nextDouble() * drafted < own;
    }

    /** The model's own token: in the place of drafted token {@code i}, or behind the draft. */
    private int own(Distribution law, Draft draft, int i) {
        return (i < draft.size() ? law.without(draft.law(i)) : law).draw(random);
    }

    private FinishReason take(int id) {
        sampler.see(id);
        last = id;
        return output.take(id, output.wantsProbabilities() ? Sampler.probability(logits, id) : Double.NaN);
    }

    private float[] logits(int row) {
        if (logits == null) {
            logits = new float[pass.vocabularySize()];
        }
        head.logits(row, logits);
        return logits;
    }
}
