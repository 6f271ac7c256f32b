package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.chat.Message;
import dev.loupe.engine.chat.Prompts;
import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.decode.Generation;
import dev.loupe.engine.decode.Generator;
import dev.loupe.engine.decode.Limits;
import dev.loupe.engine.decode.Sampling;
import dev.loupe.engine.decode.Session;
import dev.loupe.engine.decode.TokenListener;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.PerplexityMeter;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.tokenizer.Tokenizer;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryUse;
import dev.loupe.engine.trace.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A loaded model with its session: every switch acts at once, keeps the conversation, and shows in the next generation.
 *
 * <p>One piece of work at a time: a call made while another runs waits for it. {@link #cancel()} may come from any
 * thread. After any failure or cancellation the model is as it was before the call.
 */
public final class Llm implements AutoCloseable {
    private final Cancellation cancellation = new Cancellation();
    private final History history = new History();
    private final ModelFiles files;
    private final Tokenizer tokenizer;
    private final Prompts prompts;
    private final Placement placement;
    private final Session session;
    private final List<Message> conversation = new ArrayList<>();
    private GenerateOptions sampling = GenerateOptions.defaults();
    private boolean closed;

    Llm(ModelFiles files, DtypePlan plan, String device, int threads, Progress progress) {
        this.files = files;
        tokenizer = ModelTokenizer.of(files);
        prompts = Prompts.of(files, tokenizer);
        cancellation.reset();
        placement = new Placement(files, plan, device, threads, cancellation, progress);
        session = new Session(placement.newCache());
        sampleMemory();
    }

    /** Begins a piece of work: forgets an old request to stop. */
    private void begin() {
        if (closed) {
            throw new LoupeException(
                    "The model %s was unloaded; load one with %%model smollm2 or Loupe.load(\"smollm2\")."
                            .formatted(files.name()));
        }
        cancellation.reset();
    }

    /** Name of the model. */
    public String name() {
        return files.name();
    }

    /** dtype id that most matrices have now ("sym_int4"). */
    public synchronized String dtype() {
        return Dtypes.main(placement.model());
    }

    /** As {@link #dtype(String, Progress)}, without telling. */
    public Llm dtype(String dtype) {
        return dtype(dtype, Progress.NONE);
    }

    /**
     * Converts the weights, from the file's own, to another dtype and keeps the session. Returns this.
     *
     * @param dtype a dtype id, or "stored" for what the file holds
     */
    public synchronized Llm dtype(String dtype, Progress progress) {
        begin();
        var plan = dtype.equals("stored") ? DtypePlan.asStored() : new DtypePlan(DTypes.parse(dtype));
        placement.convert(plan, progress);
        sampleMemory();
        return this;
    }

    /** Device id: "cpu". */
    public synchronized String device() {
        return placement.backend().device();
    }

    /** Moves the model to another device. Returns this. */
    public synchronized Llm device(String device) {
        begin();
        Devices.require(device);
        return this;
    }

    /** Threads used on the CPU. */
    public synchronized int threads() {
        return placement.backend().threads();
    }

    /** Sets the number of threads, 1 to the machine's. Returns this. */
    public synchronized Llm threads(int threads) {
        begin();
        placement.threads(threads);
        return this;
    }

    /** The defaults of generations. */
    public synchronized GenerateOptions sampling() {
        return sampling;
    }

    /** Changes defaults of generations, in the magics' syntax: "temperature=0.8 top_p=0.95 seed=42". Returns this. */
    public Llm sampling(String options) {
        return sampling(sampling().with(options));
    }

    /** Sets the defaults of generations. Returns this. */
    public synchronized Llm sampling(GenerateOptions options) {
        sampling = options;
        return this;
    }

    /** Generates after a prompt (a single user turn of the chat template, unless raw), with the defaults. */
    public Run generate(String prompt) {
        return generate(prompt, sampling(), TokenListener.NONE);
    }

    /**
     * As {@link #generate(String)} with options in the magics' syntax: "max_tokens=48 temperature=0 raw ignore_eos".
     */
    public Run generate(String prompt, String options) {
        return generate(prompt, sampling().with(options), TokenListener.NONE);
    }

    /** As {@link #generate(String)} with options. */
    public Run generate(String prompt, GenerateOptions options) {
        return generate(prompt, options, TokenListener.NONE);
    }

    /** As above, telling each token as it is made. A model without a chat template takes every prompt as it is. */
    public synchronized Run generate(String prompt, GenerateOptions options, TokenListener listener) {
        begin();
        var applied =
                prompts.hasTemplate() ? options : options.toBuilder().raw(true).build();
        int[] ids = applied.raw() ? prompts.plain(prompt) : prompts.conversation(List.of(Message.user(prompt)));
        return generate(prompt, ids, applied, listener);
    }

    /** Generates after ids, which are given as they are. */
    public synchronized Run generate(int[] promptIds, GenerateOptions options, TokenListener listener) {
        begin();
        for (int id : promptIds) {
            requireId(id);
        }
        return generate(tokenizer.decode(promptIds), promptIds.clone(), options, listener);
    }

    private Run generate(String prompt, int[] ids, GenerateOptions options, TokenListener listener) {
        try (var fresh = new Session(placement.newCache())) {
            return record(prompt, ids, fresh, options, listener);
        }
    }

    /** Adds a user turn to the conversation and generates the answer, which joins the conversation too. */
    public Run chat(String message) {
        return chat(message, sampling(), TokenListener.NONE);
    }

    /**
     * As {@link #chat(String)}, with options and telling each token. What the cache holds of the conversation is not
     * read again. If it is stopped before the first token, the turn is not added.
     */
    public synchronized Run chat(String message, GenerateOptions options, TokenListener listener) {
        begin();
        var turns = new ArrayList<>(conversation);
        turns.add(Message.user(message));
        Run run = record(message, prompts.conversation(turns), session, options, listener);
        if (run.ids().length > 0 || run.finish() != FinishReason.CANCELLED) {
            conversation.add(Message.user(message));
            conversation.add(Message.assistant(run.text()));
        }
        return run;
    }

    private Run record(String prompt, int[] ids, Session session, GenerateOptions options, TokenListener listener) {
        requireFits(ids);
        var law = new Sampling(
                options.temperature(), options.topK(), options.topP(), options.minP(), options.repetitionPenalty());
        var limits = new Limits(options.maxTokens(), options.ignoreEos() ? Set.of() : tokenizer.eos(), options.stop());
        Generation made = new Generator(placement.pass(), tokenizer, cancellation)
                .generate(session, ids, law, new SplittableRandom(options.seed()), limits, listener);
        var run = new Run(
                files.name(),
                dtype(),
                placement.backend().device(),
                placement.backend().threads(),
                prompt,
                ids,
                made.reusedTokens(),
                made.ids(),
                made.text(),
                made.finish(),
                made.promptNanos(),
                made.tokenNanos(),
                placement.ledger().snapshot(),
                options);
        history.add(run);
        sampleMemory();
        return run;
    }

    private void requireFits(int[] ids) {
        int context = placement.contextLength();
        if (ids.length > context) {
            throw new LoupeException(
                    "The prompt has %,d tokens and the model's context holds %,d; shorten the prompt%s."
                            .formatted(
                                    ids.length, context, conversation.isEmpty() ? "" : " or begin a new conversation"));
        }
    }

    private void requireId(int id) {
        if (id < 0 || id >= placement.vocabularySize()) {
            throw new LoupeException("%d is no token id; ids of this model go from 0 to %,d."
                    .formatted(id, placement.vocabularySize() - 1));
        }
    }

    /** The conversation so far. */
    public synchronized List<Message> conversation() {
        return List.copyOf(conversation);
    }

    /** Forgets the conversation; a system message, if given (or null), begins the new one. Returns this. */
    public synchronized Llm newConversation(String system) {
        conversation.clear();
        if (system != null) {
            conversation.add(Message.system(system));
        }
        return this;
    }

    /** Logits after every position: (tokens, vocabulary). Does not touch the session. */
    public synchronized float[][] logits(int[] ids) {
        begin();
        requireFits(ids);
        for (int id : ids) {
            requireId(id);
        }
        var logits = new float[ids.length][];
        try (KvCache cache = placement.newCache()) {
            placement.pass().run(ids, cache, 0, (index, values) -> logits[index] = values.clone());
        }
        return logits;
    }

    /** Perplexity on a text, IPEX-LLM's convention. If stopped, what was finished is returned. */
    public Perplexity perplexity(String text, int chunk, int chunks) {
        return perplexity("text", text, chunk, chunks, Progress.NONE);
    }

    /** As above; {@code name} says what the text is in tables and plots. */
    public synchronized Perplexity perplexity(String name, String text, int chunk, int chunks, Progress progress) {
        begin();
        String task = "perplexity of %s as %s".formatted(name, dtype());
        progress.update(task, 0, Math.max(1, chunks));
        long start = System.nanoTime();
        int[] ids = tokenizer.encode(text);
        try (KvCache cache = placement.newCache()) {
            List<Double> means = new PerplexityMeter(placement.pass(), cache)
                    .chunkMeans(ids, chunk, chunks, tokenizer.bos(), done -> progress.update(task, done, chunks));
            var measured = new Perplexity(
                    files.name(),
                    dtype(),
                    placement.backend().device(),
                    name,
                    PerplexityMeter.CONVENTION,
                    chunk,
                    means,
                    chunks,
                    (System.nanoTime() - start) / 1e9,
                    placement.ledger().snapshot().weightBytes());
            history.add(measured);
            return measured;
        }
    }

    /** How the model reads text: its tokenizer and chat template. */
    public Prompts prompts() {
        return prompts;
    }

    /** The model's tokenizer. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** What is loaded and how it runs now. */
    public synchronized Status status() {
        begin();
        return new Status(
                files.name(),
                files.config().modelType(),
                Dtypes.parameters(files),
                Dtypes.stored(files),
                Dtypes.mix(placement.model()),
                placement.backend().device(),
                placement.backend().description(),
                placement.backend().threads(),
                placement.contextLength(),
                session.length(),
                placement.ledger().snapshot(),
                sampling,
                Dtypes.notes(placement.model()));
    }

    /** The runs of this model, oldest first (the last 100). */
    public List<Run> runs() {
        return history.runs();
    }

    /** The perplexities measured with this model, oldest first. */
    public List<Perplexity> perplexities() {
        return history.perplexities();
    }

    /** The ledger at each dtype this model has run as, oldest first: what a memory plot shows. */
    public List<MemorySample> memorySamples() {
        return history.memory();
    }

    /** The ledger while the model ran as a dtype. */
    public record MemorySample(String dtype, String device, MemoryUse memory) {}

    private void sampleMemory() {
        history.add(new MemorySample(
                dtype(), placement.backend().device(), placement.ledger().snapshot()));
    }

    /** Stops the work that runs now, from any thread; within 0.3 s. */
    public void cancel() {
        cancellation.request();
    }

    /** Gives all memory back; later calls say that the model is unloaded. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            session.close();
            placement.close();
            files.close();
        }
    }

    /** Name, dtype and device, in one line. */
    @Override
    public synchronized String toString() {
        return "%s as %s on %s".formatted(name(), dtype(), device());
    }
}
