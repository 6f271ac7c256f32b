package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.decode.DraftOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What drafts in speculative decoding, as asked for.
 *
 * <p>Invariant: parsing its text form gives an equal {@code speculation}.
 *
 * @param mode what drafts
 * @param model name of the draft model; empty unless the mode is MODEL
 * @param dtype of the copy that drafts, where there is one
 * @param skipped layers that are passed over, where the mode is SKIP
 * @param options how far to draft
 */
public record Speculation(Mode mode, String model, String dtype, Set<Integer> skipped, DraftOptions options) {
    /** Ways to draft. */
    public enum Mode {
        OFF,
        SELF,
        SKIP,
        MODEL,
        LOOKUP
    }

    /** Options in the magics' syntax. */
    public static final List<Option> OPTIONS = List.of(
            Option.named("draft", "N", "most tokens drafted at once, 1 to 31 (8)"),
            Option.named("adaptive", "on|off", "draft only as far as it pays (on)", "on", "off"),
            Option.named("threshold", "P", "stop behind a token that the drafter is less sure of than this (0)"),
            Option.named(
                    "dtype", "D", "self: dtype of the copy that drafts (sym_int4); model: of the draft model (stored)"),
            Option.named("skip", "A-B,C", "self: no copy; pass over these layers instead, counted from 0"));

    private static final String USAGE = "%speculate self, self skip=8-15, lookup, model NAME or off";
    private static final int MOST = 8;

    static Speculation off() {
        return new Speculation(Mode.OFF, "", "", Set.of(), new DraftOptions(1, false, 0));
    }

    /** Reads {@code self skip=8-15 draft=4}. */
    static Speculation parse(String line) {
        return of(Arguments.parse(line, OPTIONS));
    }

    /** As above, parsed by {@link #OPTIONS}. */
    public static Speculation of(Arguments arguments) {
        List<String> words = arguments.positionals();
        String word = words.isEmpty() ? "" : words.getFirst();
        arguments.positionals(word.equals("model") ? 2 : 1, USAGE);
        Mode mode = switch (word) {
            case "off" -> Mode.OFF;
            case "self" -> arguments.has("skip") ? Mode.SKIP : Mode.SELF;
            case "lookup" -> Mode.LOOKUP;
            case "model" -> Mode.MODEL;
            default -> throw new LoupeException("speculate cannot be '%s'; write %s.".formatted(word, USAGE));
        };
        if (mode == Mode.OFF) {
            return off();
        }
        if (mode == Mode.MODEL && words.size() < 2) {
            throw new LoupeException("The draft model is missing; name it, as in %speculate model smollm2.");
        }
        refuse(arguments, "skip", mode == Mode.SKIP, "self");
        refuse(arguments, "dtype", mode == Mode.SELF || mode == Mode.MODEL, "self and model");
        return new Speculation(
                mode,
                mode == Mode.MODEL ? words.get(1) : "",
                arguments
                        .find("dtype")
                        .orElse(
                                switch (mode) {
                                    case SELF -> "sym_int4";
                                    case MODEL -> "stored";
                                    default -> "";
                                }),
                layers(arguments.list("skip")),
                new DraftOptions(
                        (int) arguments.integer("draft", MOST, 1, DraftOptions.LONGEST),
                        arguments.flag("adaptive", true),
                        arguments.number("threshold", 0)));
    }

    private static void refuse(Arguments arguments, String option, boolean allowed, String modes) {
        if (arguments.has(option) && !allowed) {
            throw new LoupeException("%s is an option of %s only; leave it out.".formatted(option, modes));
        }
    }

    private static Set<Integer> layers(List<String> ranges) {
        var layers = new TreeSet<Integer>();
        for (String range : ranges) {
            if (!range.matches("\\d{1,4}(-\\d{1,4})?")) {
                throw new LoupeException(
                        "skip cannot be '%s'; list layers and ranges of them, as in skip=8-15,20.".formatted(range));
            }
            String[] ends = range.split("-");
            for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[ends.length - 1]); i++) {
                layers.add(i);
            }
        }
        return layers;
    }

    /** In the magics' syntax. */
    @Override
    public String toString() {
        if (mode == Mode.OFF) {
            return "off";
        }
        var text = new ArrayList<String>();
        text.add(mode == Mode.SKIP ? "self" : mode.name().toLowerCase(Locale.ROOT));
        switch (mode) {
            case SKIP -> text.add("skip=" + ranges());
            case SELF -> addUnless(text, "dtype", dtype, "sym_int4");
            case MODEL -> {
                text.add(Arguments.quote(model));
                addUnless(text, "dtype", dtype, "stored");
            }
            case LOOKUP, OFF -> {}
        }
        addUnless(text, "draft", Integer.toString(options.most()), Integer.toString(MOST));
        addUnless(text, "adaptive", options.adaptive() ? "on" : "off", "on");
        addUnless(text, "threshold", Double.toString(options.threshold()), "0.0");
        return String.join(" ", text);
    }

    private static void addUnless(List<String> text, String name, String value, String usual) {
        if (!value.equals(usual)) {
            text.add(name + "=" + Arguments.quote(value));
        }
    }

    private String ranges() {
        var ranges = new ArrayList<String>();
        for (int layer : skipped) {
            if (skipped.contains(layer - 1)) {
                continue;
            }
            int last = layer;
            while (skipped.contains(last + 1)) {
                last++;
            }
            ranges.add(last == layer ? "" + layer : layer + "-" + last);
        }
        return String.join(",", ranges);
    }
}
