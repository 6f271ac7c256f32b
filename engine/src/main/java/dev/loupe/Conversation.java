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
import dev.loupe.engine.decode.TokenListener;
import dev.loupe.engine.tokenizer.Tokenizer;
import dev.loupe.engine.trace.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Generates with a placed model: answers to single prompts, and the turns of the current chat.
 *
 * <p>Invariant: a turn joins the conversation only with its answer. Used by one thread at a time.
 */
final class Conversation {
    private final String model;
    private final Prompts prompts;
    private final Tokenizer tokenizer;
    private final Placement placement;
    private final Drafting drafting;
    private final Cancellation cancellation;
    private final History history;
    private final Chats chats;

    Conversation(
            String model,
            Prompts prompts,
            Placement placement,
            Drafting drafting,
            Chats chats,
            Cancellation cancellation,
            History history) {
        this.model = model;
        this.prompts = prompts;
        this.tokenizer = prompts.tokenizer();
        this.placement = placement;
        this.drafting = drafting;
        this.cancellation = cancellation;
        this.history = history;
        this.chats = chats;
    }

    /** Answers a prompt alone. A model without a chat template takes every prompt as it is. */
    Run answer(String prompt, GenerateOptions options, TokenListener listener) {
        var applied =
                prompts.hasTemplate() ? options : options.toBuilder().raw(true).build();
        int[] ids = applied.raw() ? prompts.plain(prompt) : prompts.conversation(List.of(Message.user(prompt)));
        return run(prompt, ids, chats.single(), applied, listener);
    }

    /** Generates after ids, which are given as they are. */
    Run after(int[] ids, GenerateOptions options, TokenListener listener) {
        placement.requireIds(ids);
        return run(tokenizer.decode(ids), ids, chats.single(), options, listener);
    }

    /** The answer to one more turn; stopped before its first token, the turn is not added. */
    Run chat(String message, GenerateOptions options, TokenListener listener) {
        Chat chat = chats.current();
        var turns = new ArrayList<>(chat.messages());
        turns.add(Message.user(message));
        Run run = run(message, prompts.conversation(turns), chat, options, listener);
        if (run.ids().length > 0 || run.finish() != FinishReason.CANCELLED) {
            chat.messages().add(Message.user(message));
            chat.messages().add(Message.assistant(run.text()));
        }
        return run;
    }

    /** The current chat's turns so far. */
    List<Message> messages() {
        return List.copyOf(chats.current().messages());
    }

    /** Forgets the turns; a system message, if not null, begins the new ones. */
    void restart(String system) {
        List<Message> messages = chats.current().messages();
        messages.clear();
        if (system != null) {
            messages.add(Message.system(system));
        }
    }

    /** What the current chat's cache holds. */
    CacheInfo cacheInfo() {
        return chats.current().session().info();
    }

    private Run run(String prompt, int[] ids, Chat reader, GenerateOptions options, TokenListener listener) {
        requireFits(ids);
        if (options.fresh()) {
            reader.session().rewind(reader.session().length());
        } else {
            chats.share(ids, reader);
        }
        var law = new Sampling(
                options.temperature(), options.topK(), options.topP(), options.minP(), options.repetitionPenalty());
        var limits = new Limits(options.maxTokens(), options.ignoreEos() ? Set.of() : tokenizer.eos(), options.stop());
        Generation made = new Generator(placement.pass(), tokenizer, cancellation, drafting.drafter(), drafting.pace())
                .generate(reader.session(), ids, law, new SplittableRandom(options.seed()), limits, listener);
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
                            .formatted(
                                    ids.length, context, messages().isEmpty() ? "" : " or begin a new conversation"));
        }
    }
}
