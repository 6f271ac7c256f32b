package dev.loupe;

import dev.loupe.engine.chat.Message;
import dev.loupe.engine.decode.TokenListener;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.tokenizer.Tokenizer;
import dev.loupe.engine.trace.MemoryUse;
import dev.loupe.engine.trace.Progress;
import java.util.List;

/**
 * A loaded model with its session: every switch acts at once, keeps the conversation, and shows in the next generation.
 *
 * <p>One piece of work at a time: a call made while another runs waits for it. {@link #cancel()} may come from any
 * thread. After any failure or cancellation the model is as it was before the call.
 */
public final class Llm implements AutoCloseable {
    /** Name of the model. */
    public String name() {
        throw new UnsupportedOperationException();
    }

    /** dtype id the weights have now ("sym_int4"; a mix as stored reads like "asym_int4 + q6_k"). */
    public String dtype() {
        throw new UnsupportedOperationException();
    }

    /** Converts the weights, from the file's own, to another dtype; keeps the session. Returns this. */
    public Llm dtype(String dtype) {
        throw new UnsupportedOperationException();
    }

    /** As {@link #dtype(String)}, telling how far it is. */
    public Llm dtype(String dtype, Progress progress) {
        throw new UnsupportedOperationException();
    }

    /** Device id: "cpu". */
    public String device() {
        throw new UnsupportedOperationException();
    }

    /** Moves the model to another device. Returns this. */
    public Llm device(String device) {
        throw new UnsupportedOperationException();
    }

    /** Threads used on the CPU. */
    public int threads() {
        throw new UnsupportedOperationException();
    }

    /** Sets the number of threads, 1 to the machine's. Returns this. */
    public Llm threads(int threads) {
        throw new UnsupportedOperationException();
    }

    /** The defaults of generations. */
    public GenerateOptions sampling() {
        throw new UnsupportedOperationException();
    }

    /** Changes defaults of generations, in the magics' syntax: "temperature=0.8 top_p=0.95 seed=42". Returns this. */
    public Llm sampling(String options) {
        throw new UnsupportedOperationException();
    }

    /** Generates after a prompt (a single user turn of the chat template, unless raw), with the defaults. */
    public Run generate(String prompt) {
        throw new UnsupportedOperationException();
    }

    /**
     * As {@link #generate(String)} with options in the magics' syntax: "max_tokens=48 temperature=0 raw ignore_eos".
     */
    public Run generate(String prompt, String options) {
        throw new UnsupportedOperationException();
    }

    /** As {@link #generate(String)} with options. */
    public Run generate(String prompt, GenerateOptions options) {
        throw new UnsupportedOperationException();
    }

    /** As above, telling each token as it is made. */
    public Run generate(String prompt, GenerateOptions options, TokenListener listener) {
        throw new UnsupportedOperationException();
    }

    /** Adds a user turn to the conversation and generates the answer, which joins the conversation too. */
    public Run chat(String message) {
        throw new UnsupportedOperationException();
    }

    /** As {@link #chat(String)}, with options and telling each token. */
    public Run chat(String message, GenerateOptions options, TokenListener listener) {
        throw new UnsupportedOperationException();
    }

    /** The conversation so far. */
    public List<Message> conversation() {
        throw new UnsupportedOperationException();
    }

    /** Forgets the conversation; a system message, if given (or null), begins the new one. Returns this. */
    public Llm newConversation(String system) {
        throw new UnsupportedOperationException();
    }

    /** Logits after every position: (tokens, vocabulary). Does not touch the session. */
    public float[][] logits(int[] ids) {
        throw new UnsupportedOperationException();
    }

    /** Perplexity on a text, IPEX-LLM's convention. If stopped, what was finished is returned. */
    public Perplexity perplexity(String text, int chunk, int chunks) {
        throw new UnsupportedOperationException();
    }

    /** As above; {@code name} says what the text is in tables and plots. */
    public Perplexity perplexity(String name, String text, int chunk, int chunks, Progress progress) {
        throw new UnsupportedOperationException();
    }

    /** The model's tokenizer. */
    public Tokenizer tokenizer() {
        throw new UnsupportedOperationException();
    }

    /** What is loaded and how it runs now. */
    public Status status() {
        throw new UnsupportedOperationException();
    }

    /** The runs of this model, oldest first (the last 100). */
    public List<Run> runs() {
        throw new UnsupportedOperationException();
    }

    /** The perplexities measured with this model, oldest first. */
    public List<Perplexity> perplexities() {
        throw new UnsupportedOperationException();
    }

    /** The ledger at each dtype this model has run as, oldest first: what a memory plot shows. */
    public List<MemorySample> memorySamples() {
        throw new UnsupportedOperationException();
    }

    /** The ledger while the model ran as a dtype. */
    public record MemorySample(String dtype, String device, MemoryUse memory) {}

    /** Stops the work that runs now, from any thread; within 0.3 s. */
    public void cancel() {
        throw new UnsupportedOperationException();
    }

    /** Gives all memory back; later calls say that the model is unloaded. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
