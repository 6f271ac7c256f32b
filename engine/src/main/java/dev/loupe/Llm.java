package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.chat.Message;
import dev.loupe.engine.chat.Prompts;
import dev.loupe.engine.decode.TokenListener;
import dev.loupe.engine.eval.ChunkScore;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.PerplexityOptions;
import dev.loupe.engine.eval.WeightError;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.tokenizer.Tokenizer;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.Progress;
import java.nio.file.Path;
import java.util.List;

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
    private final Drafting drafting;
    private final Chats chats;
    private final Conversation conversation;
    private final Evaluation evaluation;
    private final Insight insight;
    private GenerateOptions sampling = GenerateOptions.defaults();
    private boolean closed;

    Llm(ModelFiles files, DtypePlan plan, String device, int threads, boolean cold, Progress progress) {
        this.files = files;
        tokenizer = ModelTokenizer.of(files);
        prompts = Prompts.of(files, tokenizer);
        cancellation.reset();
        placement = new Placement(files, plan, device, threads, cold, cancellation, progress);
        drafting = new Drafting(placement, tokenizer);
        chats = new Chats(placement);
        conversation = new Conversation(files.name(), prompts, placement, drafting, chats, cancellation, history);
        evaluation = new Evaluation(files.name(), tokenizer, placement, history);
        insight = new Insight(files.name(), tokenizer, placement);
        history.add(placement.memorySample());
    }

    /** Begins a piece of work: forgets an old request to stop. */
    void begin() {
        if (closed) {
            throw new LoupeException("The model " + name() + " was unloaded; load one with %model or Loupe.load.");
        }
        cancellation.reset();
    }

    /** Name of the model. */
    public String name() {
        return files.name();
    }

    /** The dtypes as asked for ("q4_k embed=sym_int8"), or what most matrices are stored as. */
    public synchronized String dtype() {
        return placement.dtype();
    }

    /** As {@link #dtype(String, Progress)}, without telling. */
    public Llm dtype(String dtype) {
        return dtype(dtype, Progress.NONE);
    }

    /**
     * Converts the weights, from the file's own, to another dtype and keeps the session. Returns this.
     *
     * @param dtype as in "sym_int4", "q4_k embed=q8_0 head=q6_k", "stored", "auto 700MiB" (see {@link DtypeRequest})
     */
    public synchronized Llm dtype(String dtype, Progress progress) {
        begin();
        placement.convert(DtypeRequest.parse(dtype).resolve(files), progress);
        chats.switched();
        history.add(placement.memorySample());
        return this;
    }

    /** As {@link #save(String, Progress)}, without telling. */
    public Path save(String file) {
        return save(file, Progress.NONE);
    }

    /** Writes what is loaded as a GGUF file, replacing one of that name when it is whole. Returns its path. */
    public synchronized Path save(String file, Progress progress) {
        begin();
        return placement.save(file, progress);
    }

    /** Device id: "cpu", "opencl:0". */
    public synchronized String device() {
        return placement.backend().device();
    }

    /** As {@link #device(String, Progress)}, without telling. */
    public Llm device(String device) {
        return device(device, Progress.NONE);
    }

    /** Moves model and conversation to a device: an id ("opencl:0"), a kind ("opencl"), "auto". Returns this. */
    public synchronized Llm device(String device, Progress progress) {
        begin();
        placement.move(device, progress).ifPresent(left -> {
            try (left) {
                chats.forgetCaches();
                drafting.renew(progress);
            }
            history.add(placement.memorySample());
        });
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
        chats.switched();
        return this;
    }

    /** Takes activations into products as "fp32", "int8" or "q8", see {@link Activations}. Returns this. */
    public synchronized Llm activations(String name) {
        begin();
        placement.activations(Activations.parse(name));
        chats.switched();
        return this;
    }

    Placement placement() {
        return placement;
    }

    /** What drafts in speculative decoding ("self draft=4"); "off" for nothing. */
    public synchronized String speculate() {
        return drafting.asked().toString();
    }

    /** Lets something cheap draft tokens that one pass of the model verifies; see {@link Speculation}. Returns this. */
    public synchronized Llm speculate(String mode) {
        begin();
        drafting.change(Speculation.parse(mode), Progress.NONE);
        return this;
    }

    /** Computes attention tile by tile of keys (true, the default), or writes all scores down first. Returns this. */
    public synchronized Llm flash(boolean on) {
        begin();
        placement.attend(placement.attention().withFlash(on), placement.cachePlan());
        chats.switched();
        return this;
    }

    /** Lets attention see the last positions only: "256", "256 sinks=4", "off"; the next turn reads a chat again. */
    public synchronized Llm window(String options) {
        begin();
        placement.attend(placement.attention().withWindow(AttentionOptions.window(options)), placement.cachePlan());
        chats.forgetCaches();
        return this;
    }

    /** As {@link #window(String)}, without sinks. */
    public Llm window(int positions) {
        return window(Integer.toString(positions));
    }

    /** Lets decoding read the blocks of keys that can score highest: "topk=64 block=16", "off". */
    public synchronized Llm sparse(String options) {
        begin();
        placement.attend(placement.attention().withSparse(AttentionOptions.sparse(options)), placement.cachePlan());
        chats.switched();
        return this;
    }

    /**
     * Changes what keys and values are cached as, or which: "q8_0", "k=q8_0 v=q4_0", "compress=snapkv budget=512",
     * "evict=h2o budget=512", "full". The next turn reads a chat again.
     */
    public synchronized Llm cache(String options) {
        begin();
        placement.attend(placement.attention(), AttentionOptions.cache(options, placement.cachePlan()));
        chats.forgetCaches();
        return this;
    }

    /** What attention sees, what the cache holds, and what both cost. */
    public AttentionStudy attention() {
        return new AttentionStudy(this, placement, conversation, evaluation, history);
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

    /** As {@link #generate(String)} with options in the magics' syntax: "max_tokens=48 temperature=0 raw". */
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
        return conversation.answer(prompt, options, listener);
    }

    /** Generates after ids, which are given as they are. */
    public synchronized Run generate(int[] promptIds, GenerateOptions options, TokenListener listener) {
        begin();
        return conversation.after(promptIds.clone(), options, listener);
    }

    /** As {@link Comparison#of}: "dtype=fp16,sym_int4 speculate=off,self max_tokens=64 rounds=3". */
    public Comparison compare(String options) {
        return Comparison.of(this, Arguments.parse(options, Comparison.OPTIONS), Progress.NONE);
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
        return conversation.chat(message, options, listener);
    }

    /** The conversations: forked, taken back, saved and loaded. */
    public Sessions sessions() {
        return new Sessions(this, placement, chats);
    }

    /** The conversation so far. */
    public synchronized List<Message> conversation() {
        return conversation.messages();
    }

    /** Forgets the conversation; a system message, if given (or null), begins the new one. Returns this. */
    public synchronized Llm newConversation(String system) {
        conversation.restart(system);
        return this;
    }

    /** Logits after every position: (tokens, vocabulary). Does not touch the session. */
    public synchronized float[][] logits(int[] ids) {
        begin();
        return evaluation.logits(ids);
    }

    /** The model's parts: its blocks and weights, what computes, and an empty cache. */
    public synchronized Anatomy anatomy() {
        begin();
        return insight.anatomy();
    }

    /** What the head would say after every layer: the text's tokens are read as they are, BOS included. */
    public synchronized Lens lens(String text) {
        begin();
        return insight.lens(prompts.plain(text));
    }

    /** Where the heads of a layer (from 0) look. */
    public synchronized AttentionMap attention(String text, int layer) {
        begin();
        return insight.attention(prompts.plain(text), layer);
    }

    /** What the model thinks of every token, and how likely the {@code top} best ones were in its place. */
    public synchronized Alternatives alternatives(int[] ids, int top) {
        begin();
        return insight.alternatives(ids, top);
    }

    /** Perplexity on a text, IPEX-LLM's convention. If stopped, what was finished is returned. */
    public Perplexity perplexity(String text, int chunk, int chunks) {
        return perplexity("text", text, PerplexityOptions.of(chunk, chunks), List.of(), Progress.NONE);
    }

    /** As above; {@code before} are scores of the first chunks, from an equal measurement that was stopped. */
    public synchronized Perplexity perplexity(
            String name, String text, PerplexityOptions options, List<ChunkScore> before, Progress progress) {
        begin();
        return evaluation.perplexity(name, text, options, before, progress);
    }

    /** A row of a matrix, named as in Hugging Face's checkpoint, as the file holds it, decoded. */
    public synchronized float[] weights(String tensor, int row) {
        begin();
        return placement.weights(tensor, row);
    }

    /** What the dtypes of now do to each matrix of the file, in the file's order. */
    public synchronized List<WeightError> weightErrors(Progress progress) {
        begin();
        return placement.weightErrors(progress);
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
        return Status.of(files, placement, chats.current().session().length(), sampling, drafting);
    }

    /** What the model is: shapes, dtypes, bytes by part; and whether it would fit once more beside what is loaded. */
    public synchronized ModelInfo info() {
        begin();
        return ModelInfo.of(files, placement.model().plan(), placement.backend().freeBytes());
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

    /** Stops the work that runs now, from any thread; within 0.3 s. */
    public void cancel() {
        cancellation.request();
    }

    /** Gives all memory back; later calls say that the model is unloaded. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            chats.close();
            drafting.close();
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
