package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.attention.AttentionPlan;
import dev.loupe.engine.cache.CacheFormat;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.cache.Retention;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Mask;
import java.util.List;

/**
 * What {@code %window}, {@code %sparse} and {@code %cache} take, in the magics' syntax.
 *
 * <p>Invariant: a plan that comes out of here can be computed, or asking for it says why not.
 */
public final class AttentionOptions {
    private static final int MOST = 1 << 20;

    /** Of a window. */
    public static final List<Option> WINDOW =
            List.of(Option.named("sinks", "N", "the first N positions stay in sight (attention sinks)", "4"));

    /** Of sparse decoding. */
    public static final List<Option> SPARSE = List.of(
            Option.named("topk", "N", "blocks read for each head of keys", "64"),
            Option.named("block", "N", "positions in a block: 8, 16, 32 or 64", "16"));

    /** Of a cache. */
    public static final List<Option> CACHE = List.of(
            Option.named("k", "D", "dtype of the keys: f32, f16, bf16, q8_0, q4_0", "f32", "f16", "q8_0", "q4_0"),
            Option.named("v", "D", "dtype of the values", "f32", "f16", "q8_0", "q4_0"),
            Option.named("compress", "snapkv", "after a prompt keep what its end looked at most", "snapkv"),
            Option.named("evict", "h2o", "always keep what was looked at most, and the newest", "h2o"),
            Option.named("budget", "N", "positions that compress or evict keep", "512"));

    private AttentionOptions() {}

    /** "256", "256 sinks=4", or "off" for null. */
    public static Mask window(String options) {
        Arguments arguments = Arguments.parse(options, WINDOW);
        List<String> words = arguments.positionals(1, "%window 256 sinks=4");
        if (words.equals(List.of("off"))) {
            return null;
        }
        int sinks = (int) arguments.integer("sinks", 0, 0, MOST);
        return new Mask(number(words, "A window is off or a number of positions, as in %window 256 sinks=4."), sinks);
    }

    private static int number(List<String> words, String remedy) {
        try {
            int number = Integer.parseInt(words.isEmpty() ? "" : words.getFirst());
            if (number >= 1 && number <= MOST) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new LoupeException(remedy, e);
        }
        throw new LoupeException(remedy);
    }

    /** "topk=64 block=16", or "off" for null. */
    public static AttentionPlan.Sparse sparse(String options) {
        Arguments arguments = Arguments.parse(options, SPARSE);
        List<String> words = arguments.positionals(1, "%sparse topk=64 block=16");
        if (words.equals(List.of("off"))) {
            return null;
        }
        if (!words.isEmpty() && !words.equals(List.of("on"))) {
            throw new LoupeException(
                    "Sparse cannot be '%s'; use off, or topk=64 block=16.".formatted(words.getFirst()));
        }
        int block = (int) arguments.integer("block", 16, 8, 64);
        if (Integer.bitCount(block) != 1) {
            throw new LoupeException("A block cannot have %d positions; use 8, 16, 32 or 64.".formatted(block));
        }
        return new AttentionPlan.Sparse((int) arguments.integer("topk", 64, 1, MOST), block);
    }

    /**
     * "q8_0", "k=q8_0 v=q4_0", "compress=snapkv budget=512", "evict=h2o budget=512", or "full"; the rest stays as it
     * is.
     */
    public static CachePlan cache(String options, CachePlan now) {
        Arguments arguments = Arguments.parse(options, CACHE);
        List<String> words = arguments.positionals(1, "%cache q8_0");
        boolean full = words.equals(List.of("full"));
        CacheFormat format = full ? CacheFormat.exact() : now.format();
        if (!words.isEmpty() && !full) {
            DType both = DTypes.parse(words.getFirst());
            format = new CacheFormat(both, both);
        }
        format = new CacheFormat(
                arguments.find("k").map(DTypes::parse).orElse(format.keys()),
                arguments.find("v").map(DTypes::parse).orElse(format.values()));
        return new CachePlan(format, retention(arguments, full ? new Retention.Everything() : now.retention()));
    }

    private static Retention retention(Arguments arguments, Retention now) {
        int budget = (int) arguments.integer("budget", 512, 16, MOST);
        boolean compress = arguments.find("compress").isPresent();
        boolean evict = arguments.find("evict").isPresent();
        if (compress && evict) {
            throw new LoupeException("A cache either compresses or evicts; give one of compress=snapkv and evict=h2o.");
        }
        if (compress) {
            require(arguments, "compress", "snapkv");
            return arguments.find("compress").get().equals("off")
                    ? new Retention.Everything()
                    : new Retention.SnapKv(budget);
        }
        if (evict) {
            require(arguments, "evict", "h2o");
            return arguments.find("evict").get().equals("off")
                    ? new Retention.Everything()
                    : new Retention.HeavyHitters(budget);
        }
        return switch (now) {
            case Retention.SnapKv snap when arguments.has("budget") -> new Retention.SnapKv(budget);
            case Retention.HeavyHitters heavy when arguments.has("budget") -> new Retention.HeavyHitters(budget);
            case Retention.Everything all
            when arguments.has("budget") ->
                throw new LoupeException("A budget is for compress=snapkv or evict=h2o; give one of them too.");
            default -> now;
        };
    }

    private static void require(Arguments arguments, String name, String only) {
        String value = arguments.find(name).orElse(only);
        if (!value.equals(only) && !value.equals("off")) {
            throw new LoupeException("%s cannot be '%s'; use %s, or off.".formatted(name, value, only));
        }
    }

    /** Refuses what cannot be had together. */
    static void check(AttentionPlan attention, CachePlan cache) {
        if (attention.window() != null && cache.compresses()) {
            throw new LoupeException("A window and %s both choose what to keep; use %%window off or %%cache full first."
                    .formatted(cache.retention()));
        }
        if (attention.sparse() != null && (attention.window() != null || cache.compresses())) {
            throw new LoupeException(
                    "Sparse attention chooses from a full cache; use %window off and %cache full first, or %sparse off.");
        }
    }

    /** What {@code window} reads as this mask. */
    static String text(Mask window) {
        return window == null ? "off" : window.window() + (window.sinks() == 0 ? "" : " sinks=" + window.sinks());
    }

    /** What {@code sparse} reads as this. */
    static String text(AttentionPlan.Sparse sparse) {
        return sparse == null ? "off" : "topk=%d block=%d".formatted(sparse.topk(), sparse.block());
    }

    /** What {@code cache} reads as this plan. */
    static String text(CachePlan plan) {
        String format = "k=%s v=%s"
                .formatted(plan.format().keys().id(), plan.format().values().id());
        return switch (plan.retention()) {
            case Retention.SnapKv snap -> format + " compress=snapkv budget=" + snap.budget();
            case Retention.HeavyHitters heavy -> format + " evict=h2o budget=" + heavy.budget();
            case Retention.Everything all -> "full " + format;
            case Retention.Window window -> "full " + format;
        };
    }
}
