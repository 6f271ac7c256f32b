package dev.loupe.kernel;

import dev.loupe.Alternatives;
import dev.loupe.Arguments;
import dev.loupe.AttentionMap;
import dev.loupe.Comparison;
import dev.loupe.GenerateOptions;
import dev.loupe.KernelRun;
import dev.loupe.Lens;
import dev.loupe.Llm;
import dev.loupe.ModelInfo;
import dev.loupe.Run;
import dev.loupe.Status;
import dev.loupe.TextComparison;
import dev.loupe.Tokens;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.cache.CacheInfo;
import dev.loupe.kernel.command.CheckCommand;
import dev.loupe.kernel.command.Commands;
import dev.loupe.kernel.command.Exercise;
import dev.loupe.kernel.command.NotebookSession;
import dev.loupe.kernel.command.Perplexities;
import dev.loupe.kernel.command.Verdict;
import dev.loupe.viz.Figure;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import tech.tablesaw.api.Table;

/**
 * The commands as methods, for JShell and for the Java in notebook cells: {@code model("smollm2"); generate("...");}.
 *
 * <p>Arguments are one text in the magics' syntax, except prompts and messages, which are texts of their own.
 * Invariant: an exception names the caller's lines only.
 */
public final class Verbs {
    private Verbs() {}

    /** The loaded model. */
    public static Llm llm() {
        return brief(() -> NotebookSession.current().llm());
    }

    /** Tells of the loaded model; without one, lists the models there are. */
    public static void model() {
        run("model", "", "");
    }

    /**
     * Loads a model: {@code model("smollm2 dtype=sym_int4")}; also {@code list}, {@code info}, {@code unload}.
     *
     * @return the model that is loaded in the end, null if there is none
     */
    public static Llm model(String arguments) {
        run("model", arguments, "");
        return NotebookSession.current().loaded().orElse(null);
    }

    /** Tells what a model is and whether it fits, without loading it: {@code info("gemma3-270m dtype=fp16")}. */
    public static ModelInfo info(String arguments) {
        return (ModelInfo) run("model", "info " + arguments, "");
    }

    /** Lists the dtypes. */
    public static void dtype() {
        run("dtype", "", "");
    }

    /** Converts the model's weights: {@code dtype("sym_int4")}, {@code dtype("q4_k embed=q8_0")}. */
    public static Status dtype(String dtypes) {
        return (Status) run("dtype", dtypes, "");
    }

    /** Writes the model as it runs now: {@code save("small.gguf")}. */
    public static Path save(String file) {
        return (Path) run("save", Arguments.quote(file), "");
    }

    /** Tells where the model computes. */
    public static Status device() {
        return device("");
    }

    /** Moves the model, or changes its threads: {@code device("cpu threads=1")}. */
    public static Status device(String arguments) {
        return (Status) run("device", arguments, "");
    }

    /** Takes activations into products as {@code "fp32"}, {@code "int8"} or {@code "q8"}. */
    public static Status activations(String name) {
        return (Status) run("activations", name, "");
    }

    /** Tells how attention is computed. */
    public static Status flash() {
        return (Status) run("flash", "", "");
    }

    /** Computes attention tile by tile (true) or writes all scores down first. */
    public static Status flash(boolean on) {
        return (Status) run("flash", on ? "on" : "off", "");
    }

    /** Lets attention see the last positions only: {@code window("256 sinks=4")}, {@code window("off")}. */
    public static Status window(String arguments) {
        return (Status) run("window", arguments, "");
    }

    /** Lets decoding read the blocks of keys that matter: {@code sparse("topk=64 block=16")}, {@code sparse("off")}. */
    public static Object sparse(String arguments) {
        return run("sparse", arguments, "");
    }

    /**
     * Changes the cache: {@code cache("q8_0")}, {@code cache("compress=snapkv budget=512")}; shows it:
     * {@code cache("info")}.
     */
    public static CacheInfo cache(String arguments) {
        return (CacheInfo) run("cache", arguments, "");
    }

    /** Tells what drafts in speculative decoding. */
    public static Status speculate() {
        return speculate("");
    }

    /** Drafts tokens and verifies them in one pass: {@code speculate("self draft=4")}, {@code lookup}, {@code off}. */
    public static Status speculate(String mode) {
        return (Status) run("speculate", mode, "");
    }

    /**
     * Generates with every combination: {@code compare("dtype=fp16,sym_int4 speculate=off,self")}.
     *
     * @return its {@link Comparison}; of a text ({@code text=primer}) its {@link TextComparison}
     */
    public static Object compare(String options) {
        return run("compare", options, "");
    }

    /** Checks and times one of the engine's kernels: {@code kernel("cpu q4_0.matvec")}; null where it was skipped. */
    public static KernelRun kernel(String arguments) {
        return kernel(arguments, "");
    }

    /** As {@link #kernel(String)}, of a text of OpenCL C. */
    public static KernelRun kernel(String arguments, String text) {
        return (KernelRun) run("kernel", arguments, text);
    }

    /** Tells how tokens are chosen. */
    public static GenerateOptions sampling() {
        return sampling("");
    }

    /** Changes how the next tokens are chosen: {@code sampling("temperature=0.8 seed=42")}. */
    public static GenerateOptions sampling(String options) {
        return (GenerateOptions) run("sampling", options, "");
    }

    /** Generates after a prompt. */
    public static Run generate(String prompt) {
        return generate(prompt, "");
    }

    /** Generates after a prompt: {@code generate("The sky is", "max_tokens=20 raw")}. */
    public static Run generate(String prompt, String options) {
        return (Run) run("generate", options, prompt);
    }

    /** Shows the conversation. */
    public static void chat() {
        run("chat", "", "");
    }

    /** Says something in the conversation; {@code chat("reset")} begins a new one, without a run. */
    public static Run chat(String message) {
        return chat(message, "");
    }

    /** As {@link #chat(String)} with options: {@code chat("Hi", "system='Be brief.' max_tokens=20")}. */
    public static Run chat(String message, String options) {
        boolean reset = message.equals("reset");
        return (Run) (reset ? run("chat", "reset " + options, "") : run("chat", options, message));
    }

    /** Lists the conversations. */
    public static void session() {
        session("");
    }

    /** Saves, loads, rewinds or forks a conversation: {@code session("fork idea")}, {@code session("rewind 1")}. */
    public static void session(String action) {
        run("session", action, "");
    }

    /** Shows the tokens of a text. */
    public static Tokens tokens(String text) {
        return tokens(text, "");
    }

    /**
     * As {@link #tokens(String)} with options: {@code tokens("Hi", "chat models=smollm2,gemma3-270m")}.
     *
     * @return of several models, the first one's
     */
    public static Tokens tokens(String text, String options) {
        return (Tokens) run("tokens", options, text);
    }

    /** Shows what the model would say after each of its layers. */
    public static Lens lens(String text) {
        return (Lens) run("lens", "", text);
    }

    /** Shows where the heads of a layer look: {@code attention("The cat sat", "layer=3 head=2")}. */
    public static AttentionMap attention(String text, String options) {
        return (AttentionMap) run("attention", options, text);
    }

    /** Shows how likely each token of the last run was, and what could have come instead. */
    public static Alternatives alternatives() {
        return (Alternatives) run("alternatives", "", "");
    }

    /** The same of a text: {@code alternatives("The capital of France is", "top=10")}. */
    public static Alternatives alternatives(String text, String options) {
        return (Alternatives) run("alternatives", options, text);
    }

    /** Measures the perplexity on the primer. */
    public static Perplexities perplexity() {
        return perplexity("");
    }

    /** Measures perplexities: {@code perplexity("dtypes=fp16,sym_int4 text=primer chunks=4")}. */
    public static Perplexities perplexity(String options) {
        return (Perplexities) run("perplexity", options, "");
    }

    /** Lists the measurements that are kept. */
    public static void runs() {
        run("runs", "", "");
    }

    /**
     * Shows and draws a kept measurement again: {@code runs("last")}.
     *
     * @return its {@link Perplexities}, or what else it holds
     */
    public static Object runs(String which) {
        return run("runs", which, "");
    }

    /**
     * Gives measurements as a table, and writes it to a file: {@code export("runs runs.csv")},
     * {@code export("perplexity")}.
     */
    public static Table export(String arguments) {
        return (Table) run("export", arguments, "");
    }

    /** Draws {@code latency}, {@code memory}, {@code perplexity}, {@code tokens} or {@code acceptance}. */
    public static Figure plot(String kind) {
        return (Figure) run("plot", kind, "");
    }

    /**
     * Adds an exercise to the notebook: {@code exercise(1, Integer.class, n -> n == 3 ? "" : "Count again.")}.
     *
     * @param type of the answers
     * @param judge gives a hint, or an empty text where the answer is right
     */
    public static <T> void exercise(int number, Class<T> type, Function<T, String> judge) {
        brief(() -> {
            NotebookSession.current().exercises().add(new Exercise<>(number, type, judge));
            return null;
        });
    }

    /** Judges an answer to an exercise; null is no answer yet. */
    public static Verdict check(int number, Object answer) {
        return brief(() -> {
            NotebookSession session = NotebookSession.current();
            return (Verdict) session.output().run(() -> CheckCommand.judge(number, answer, session));
        });
    }

    /** Tells how all exercises stand. */
    public static void check() {
        run("check", "", "");
    }

    /** Tells what is loaded and how it runs. */
    public static Status status() {
        return (Status) run("status", "", "");
    }

    /** Checks this machine. */
    public static void doctor() {
        run("doctor", "", "");
    }

    /** Lists the commands. */
    public static void help() {
        run("help", "", "");
    }

    /** Explains a command. */
    public static void help(String command) {
        run("help", command, "");
    }

    private static Object run(String command, String line, String body) {
        return brief(() -> Commands.find(command).run(line, body, NotebookSession.current()));
    }

    /** Does it, and leaves our own frames out of an exception. */
    private static <T> T brief(Supplier<T> work) {
        try {
            return work.get();
        } catch (LoupeException e) {
            var brief = new LoupeException(e.getMessage());
            List<StackTraceElement> frames = List.of(e.getStackTrace());
            int ours = frames.stream()
                    .map(frame -> frame.getClassName().startsWith("dev.loupe."))
                    .toList()
                    .lastIndexOf(true);
            brief.setStackTrace(frames.subList(ours + 1, frames.size()).toArray(StackTraceElement[]::new));
            throw brief;
        }
    }
}
