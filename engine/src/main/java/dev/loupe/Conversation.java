package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.cache.CacheInfo;
import dev.loupe.engine.chat.Message;
import dev.loupe.engine.chat.Prompts;
import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.decode.Generation;
import dev.loupe.engine.decode.Generator;
import dev.loupe.engine.decode.Limits;
import dev.loupe.engine.decode.Sampling;
import dev.loupe.engine.decode.Session;
import dev.loupe.engine.decode.TokenListener;
import dev.loupe.engine.tokenizer.Tokenizer;
import dev.loupe.engine.trace.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Generates with a placed model: answers to single prompts, and the turns of one conversation whose session stays.
 *
 * <p>Invariant: a turn joins the conversation only with its answer. Used by one thread at a time.
 */
final class Conversation implements AutoCloseable {
    private final String model;
    private final Prompts prompts;
    private final Tokenizer tokenizer;
    private final Placement placement;
    private final Drafting drafting;
    private final Cancellation cancellation;
    private final History history;
    private Session session;
    private final List<Message> messages = new ArrayList<>();

    Conversation(
            String model,
            Prompts prompts,
            Placement placement,
            Drafting drafting,
            Cancellation cancellation,
            History history) {
        this.model = model;
        this.prompts = prompts;
        this.tokenizer = prompts.tokenizer();
        this.placement = placement;
        this.drafting = drafting;
        this.cancellation = cancellation;
        this.history = history;
        session = new Session(placement.newCache());
    }

    /** Answers a prompt alone. A model without a chat template takes every prompt as it is. */
    Run answer(String prompt, GenerateOptions options, TokenListener listener) {
        var applied =
                prompts.hasTemplate() ? options : options.toBuilder().raw(true).build();
        int[] ids = applied.raw() ? prompts.plain(prompt) : prompts.conversation(List.of(Message.user(prompt)));
        return alone(prompt, ids, applied, listener);
    }

    /** Generates after ids, which are given as they are. */
    Run after(int[] ids, GenerateOptions options, TokenListener listener) {
        placement.requireIds(ids);
        return alone(tokenizer.decode(ids), ids, options, listener);
    }

    /** The answer to one more turn; stopped before its first token, the turn is not added. */
    Run chat(String message, GenerateOptions options, TokenListener listener) {
        var turns = new ArrayList<>(messages);
        turns.add(Message.user(message));
        Run run = run(message, prompts.conversation(turns), session, options, listener);
        if (run.ids().length > 0 || run.finish() != FinishReason.CANCELLED) {
            messages.add(Message.user(message));
            messages.add(Message.assistant(run.text()));
        }
        return run;
    }

    /** The turns so far. */
    List<Message> messages() {
        return List.copyOf(messages);
    }

    /** Forgets the turns; a system message, if not null, begins the new ones. */
    void restart(String system) {
        messages.clear();
        if (system != null) {
            messages.add(Message.system(system));
        }
    }

    /** Gives the conversation's cache back; the next turn reads all of it again, where and as the model runs then. */
    void forgetCache() {
        session.close();
        session = new Session(placement.newCache());
    }

    /** What the conversation's cache holds. */
    CacheInfo cacheInfo() {
        return session.info();
    }

    /** Tokens in the conversation's cache. */
    int cachedTokens() {
        return session.length();
    }

    private Run alone(String prompt, int[] ids, GenerateOptions options, TokenListener listener) {
        try (var fresh = new Session(placement.newCache())) {
            return run(prompt, ids, fresh, options, listener);
        }
    }

    private Run run(String prompt, int[] ids, Session session, GenerateOptions options, TokenListener listener) {
        requireFits(ids);
        var law = new Sampling(
                options.temperature(), options.topK(), options.topP(), options.minP(), options.repetitionPenalty());
        var limits = new Limits(options.maxTokens(), options.ignoreEos() ? Set.of() : tokenizer.eos(), options.stop());
        Generation made = new Generator(placement.pass(), tokenizer, cancellation, drafting.drafter(), drafting.pace())
                .generate(session, ids, law, new SplittableRandom(options.seed()), limits, listener);
        var run = new Run(
                model,
                placement.dtype(),
                placement.backend().device(),
                placement.backend().threads(),
                placement.attentionWords(),
                prompt,
                ids,
                made.reusedTokens(),
                made.ids(),
                made.text(),
                made.finish(),
                made.promptNanos(),
                made.tokenNanos(),
                placement.ledger().snapshot(),
                options,
                drafting.report(made.rounds()));
        history.add(run);
        history.add(placement.memorySample());
        return run;
    }

    private void requireFits(int[] ids) {
        int context = placement.contextLength();
        if (ids.length > context) {
            throw new LoupeException(
                    "The prompt has %,d tokens and the model's context holds %,d; shorten the prompt%s."
                            .formatted(ids.length, context, messages.isEmpty() ? "" : " or begin a new conversation"));
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
