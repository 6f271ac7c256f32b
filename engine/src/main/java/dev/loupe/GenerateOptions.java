package dev.loupe;

import dev.loupe.engine.LoupeException;
import java.util.List;
import java.util.Objects;

/**
 * How to generate; build with {@link #builder()} or write in the magics' syntax with {@link #parse(String)}.
 *
 * <p>Invariants: every value is in its range, and {@code parse(options.toString())} equals {@code options}.
 *
 * @param maxTokens most tokens to generate
 * @param temperature 0 takes the most likely token; above 0 samples
 * @param topK keep the k most likely tokens, 0 for all
 * @param topP keep the smallest set of tokens with this probability, 1 for all (arXiv:1904.09751)
 * @param minP drop tokens less likely than this share of the most likely one, 0 for none (arXiv:2407.01082)
 * @param repetitionPenalty divide (or multiply, where negative) logits of tokens seen, 1 for none (arXiv:1909.05858)
 * @param seed of the random numbers
 * @param raw the prompt is taken as it is, no chat template
 * @param ignoreEos go on after an end-of-sequence token
 * @param fresh the whole prompt is read, also what a cache holds of it
 * @param stop strings that end the generation; they are not part of its text
 */
public record GenerateOptions(
        int maxTokens,
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        long seed,
        boolean raw,
        boolean ignoreEos,
        boolean fresh,
        List<String> stop) {

    /** The options' names in the magics' syntax, with what they do. */
    public static final List<Option> OPTIONS = List.of(
            Option.named("max_tokens", "N", "most tokens to generate (256)"),
            Option.named("temperature", "T", "0 takes the most likely token, above 0 samples (0)"),
            Option.named("top_k", "K", "keep the K most likely tokens, 0 for all (0)"),
            Option.named("top_p", "P", "keep the likeliest tokens that sum to this probability, 1 for all (1)"),
            Option.named("min_p", "P", "drop tokens below this share of the likeliest one, 0 for none (0)"),
            Option.named("repetition_penalty", "R", "make tokens seen before less likely, 1 for no penalty (1)"),
            Option.named("seed", "N", "start of the random numbers (0)"),
            Option.flag("raw", "give the prompt as it is, without the chat template"),
            Option.flag("ignore_eos", "go on after the model ends its turn"),
            Option.flag("fresh", "read the whole prompt, also what a cache still holds of it"),
            Option.named("stop", "TEXT", "end before this text; may be given several times"));

    private static final GenerateOptions DEFAULTS =
            new GenerateOptions(256, 0, 0, 1, 0, 1, 0, false, false, false, List.of());

    public GenerateOptions {
        stop = List.copyOf(stop);
        check(maxTokens >= 1, "max_tokens", maxTokens, "at least 1");
        check(temperature >= 0 && temperature <= 100, "temperature", temperature, "from 0 (greedy) to 100");
        check(topK >= 0, "top_k", topK, "0 (all tokens) or more");
        check(topP > 0 && topP <= 1, "top_p", topP, "above 0, at most 1 (all tokens)");
        check(minP >= 0 && minP <= 1, "min_p", minP, "from 0 (all tokens) to 1");
        check(
                repetitionPenalty > 0 && repetitionPenalty <= 10,
                "repetition_penalty",
                repetitionPenalty,
                "above 0, at most 10 (1 for none)");
        if (stop.contains("")) {
            throw new LoupeException(
                    "stop cannot be empty, or nothing would be generated; give it a text as in stop=\"\\n\".");
        }
    }

    private static void check(boolean inRange, String name, Number value, String range) {
        if (!inRange) {
            throw new LoupeException("%s cannot be %s; make it %s.".formatted(name, plain(value), range));
        }
    }

    /** At most 256 tokens, greedy, by the chat template. */
    public static GenerateOptions defaults() {
        return DEFAULTS;
    }

    /** Begins from {@link #defaults()}. */
    public static Builder builder() {
        return DEFAULTS.toBuilder();
    }

    /** Begins from these options. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** The defaults, changed by a text like {@code max_tokens=48 temperature=0 raw ignore_eos stop="a b"}. */
    public static GenerateOptions parse(String text) {
        return DEFAULTS.with(text);
    }

    /** These options, changed by a text in the magics' syntax. {@code stop} replaces all earlier stop strings. */
    public GenerateOptions with(String text) {
        Arguments arguments = Arguments.parse(text, OPTIONS);
        arguments.positionals(0, "max_tokens=48 stop=\"a b\"");
        return with(arguments);
    }

    /** These options, changed by those of {@link #OPTIONS} that the arguments name. */
    public GenerateOptions with(Arguments arguments) {
        return new GenerateOptions(
                (int) arguments.integer("max_tokens", maxTokens, 1, Integer.MAX_VALUE),
                arguments.number("temperature", temperature),
                (int) arguments.integer("top_k", topK, 0, Integer.MAX_VALUE),
                arguments.number("top_p", topP),
                arguments.number("min_p", minP),
                arguments.number("repetition_penalty", repetitionPenalty),
                arguments.integer("seed", seed, Long.MIN_VALUE, Long.MAX_VALUE),
                arguments.flag("raw", raw),
                arguments.flag("ignore_eos", ignoreEos),
                arguments.flag("fresh", fresh),
                arguments.has("stop") ? arguments.all("stop") : stop);
    }

    /** In the magics' syntax: max_tokens and temperature always, the others where they differ from the defaults. */
    @Override
    public String toString() {
        var text = new StringBuilder("max_tokens=%d temperature=%s".formatted(maxTokens, plain(temperature)));
        append(text, "top_k", topK, DEFAULTS.topK);
        append(text, "top_p", topP, DEFAULTS.topP);
        append(text, "min_p", minP, DEFAULTS.minP);
        append(text, "repetition_penalty", repetitionPenalty, DEFAULTS.repetitionPenalty);
        append(text, "seed", seed, DEFAULTS.seed);
        text.append(raw ? " raw" : "").append(ignoreEos ? " ignore_eos" : "").append(fresh ? " fresh" : "");
        stop.forEach(s -> text.append(" stop=").append(Arguments.quote(s)));
        return text.toString();
    }

    private static void append(StringBuilder text, String name, Number value, Number usual) {
        if (!Objects.equals(value, usual)) {
            text.append(' ').append(name).append('=').append(plain(value));
        }
    }

    /** A number as people write it: 0, not 0.0. */
    private static String plain(Number value) {
        return value.toString().replaceFirst("\\.0$", "");
    }

    /** Options one by one; each has its record component's meaning. */
    public static final class Builder {
        private int maxTokens;
        private double temperature;
        private int topK;
        private double topP;
        private double minP;
        private double repetitionPenalty;
        private long seed;
        private boolean raw;
        private boolean ignoreEos;
        private boolean fresh;
        private List<String> stop;

        private Builder(GenerateOptions from) {
            maxTokens = from.maxTokens;
            temperature = from.temperature;
            topK = from.topK;
            topP = from.topP;
            minP = from.minP;
            repetitionPenalty = from.repetitionPenalty;
            seed = from.seed;
            raw = from.raw;
            ignoreEos = from.ignoreEos;
            fresh = from.fresh;
            stop = from.stop;
        }

        public Builder maxTokens(int maxTokens) {
            this.maxTokens = maxTokens;
            return this;
        }

        public Builder temperature(double temperature) {
            this.temperature = temperature;
            return this;
        }

        public Builder topK(int topK) {
            this.topK = topK;
            return this;
        }

        public Builder topP(double topP) {
            this.topP = topP;
            return this;
        }

        public Builder minP(double minP) {
            this.minP = minP;
            return this;
        }

        public Builder repetitionPenalty(double repetitionPenalty) {
            this.repetitionPenalty = repetitionPenalty;
            return this;
        }

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public Builder raw(boolean raw) {
            this.raw = raw;
            return this;
        }

        public Builder ignoreEos(boolean ignoreEos) {
            this.ignoreEos = ignoreEos;
            return this;
        }

        public Builder fresh(boolean fresh) {
            this.fresh = fresh;
            return this;
        }

        public Builder stop(String... stop) {
            this.stop = List.of(stop);
            return this;
        }

        /**
         * The options.
         *
         * @throws LoupeException naming the first value out of its range
         */
        public GenerateOptions build() {
            return new GenerateOptions(
                    maxTokens, temperature, topK, topP, minP, repetitionPenalty, seed, raw, ignoreEos, fresh, stop);
        }
    }
}
