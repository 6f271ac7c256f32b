package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.decode.DraftRound;
import dev.loupe.engine.decode.Drafter;
import dev.loupe.engine.decode.Drafts;
import dev.loupe.engine.decode.ExactHead;
import dev.loupe.engine.decode.ModelDrafter;
import dev.loupe.engine.decode.Pace;
import dev.loupe.engine.decode.PassCosts;
import dev.loupe.engine.decode.PromptLookup;
import dev.loupe.engine.decode.SelfDrafter;
import dev.loupe.engine.decode.Session;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.format.ModelFormats;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.model.LoadedModel;
import dev.loupe.engine.model.arch.Architectures;
import dev.loupe.engine.tokenizer.Tokenizer;
import dev.loupe.engine.trace.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/**
 * What drafts for a placed model now. Invariant: a switch that fails or is stopped leaves the former drafter. Used by
 * one thread at a time.
 */
final class Drafting implements AutoCloseable {
    private static final int PROMPT_CHUNK = 512;

    /** Share of the model's memory from which on a copy is hardly quicker. */
    private static final double WORTHLESS = 0.7;

    private final Placement placement;
    private final Tokenizer tokenizer;
    private Speculation asked = Speculation.off();
    private Drafter drafter = Drafter.none();
    private Pace pace = Pace.constant(asked.options());
    private ForwardPass openedFor;
    private long bytes;

    Drafting(Placement placement, Tokenizer tokenizer) {
        this.placement = placement;
        this.tokenizer = tokenizer;
    }

    /** What drafts; opened anew if the model runs otherwise than when it was opened. */
    Drafter drafter() {
        if (placement.pass() != openedFor) {
            renew(Progress.NONE);
        }
        return drafter;
    }

    Pace pace() {
        return pace;
    }

    Speculation asked() {
        return asked;
    }

    Drafts report(List<DraftRound> rounds) {
        return asked.mode() == Speculation.Mode.OFF ? Drafts.off() : new Drafts(asked.toString(), rounds);
    }

    /** Drafts otherwise from now on. */
    void change(Speculation speculation, Progress progress) {
        long before = placement.ledger().snapshot().total();
        Opened next = open(speculation, progress);
        long taken = placement.ledger().snapshot().total() - before;
        pace = pace(speculation, next);
        drafter.close();
        drafter = next.drafter();
        openedFor = placement.pass();
        asked = speculation;
        bytes = taken;
    }

    /** A drafter, and what measures the time it takes for a token, in that of a plain pass. */
    private record Opened(Drafter drafter, DoubleSupplier draftTime) {
        Opened(Drafter drafter) {
            this(drafter, () -> 0);
        }
    }

    private Pace pace(Speculation speculation, Opened opened) {
        if (!speculation.options().adaptive()) {
            return Pace.constant(speculation.options());
        }
        try {
            int most = Math.min(speculation.options().most() + 1, placement.contextLength());
            var costs = PassCosts.measure(placement.pass(), placement.newCache(), most);
            return new Pace(
                    speculation.options(),
                    costs,
                    costs.of(1) * opened.draftTime().getAsDouble());
        } catch (RuntimeException | Error e) {
            opened.drafter().close();
            throw e;
        }
    }

    /** Opens the drafter anew after the model has changed; if that fails, nothing drafts any more. */
    void renew(Progress progress) {
        Speculation same = asked;
        change(Speculation.off(), progress);
        change(same, progress);
    }

    private Opened open(Speculation speculation, Progress progress) {
        return switch (speculation.mode()) {
            case OFF -> new Opened(Drafter.none());
            case LOOKUP -> new Opened(new PromptLookup());
            case SELF -> copy(speculation.dtype(), progress);
            case SKIP -> skipping(speculation.skipped());
            case MODEL -> other(speculation.model(), speculation.dtype(), progress);
        };
    }

    /** A copy, its head in few bits too; the model's own head corrects what it says of the likeliest tokens. */
    private Opened copy(String dtype, Progress progress) {
        DtypePlan plan = DtypeRequest.parse(dtype).resolve(placement.files()).careless();
        Placement.Beside copy = placement.drafting(plan, progress);
        warmUp(copy.pass(), placement.files());
        var head = ExactHead.of(placement.model().decoder());
        return new Opened(
                new SelfDrafter(copy.pass(), head, copy::close), () -> time(copy.pass(), placement.newCache()));
    }

    private Opened skipping(Set<Integer> layers) {
        int all = placement.model().decoder().layers().size();
        if (layers.isEmpty() || layers.size() >= all || layers.stream().anyMatch(layer -> layer >= all)) {
            throw new LoupeException(
                    "The model has %d layers, 0 to %d; skip some of them, and not all, as in skip=%d-%d."
                            .formatted(all, all - 1, all / 3, all / 2));
        }
        ForwardPass pass = placement.skipping(layers);
        return new Opened(new SelfDrafter(pass, null, pass::close), () -> time(pass, placement.newCache()));
    }

    private Opened other(String name, String dtype, Progress progress) {
        var opened = new ArrayList<AutoCloseable>();
        try {
            ModelFiles files = ModelFormats.open(ModelStore.findOrDownload(name, progress));
            opened.add(files::close);
            requireSameVocabulary(name, ModelTokenizer.of(files));
            LoadedModel model = LoadedModel.load(
                    files,
                    Architectures.of(files.config().modelType()),
                    DtypeRequest.parse(dtype).resolve(files),
                    placement.backend(),
                    placement.ledger(),
                    "loading %s, which drafts".formatted(name),
                    progress);
            opened.add(model);
            requireSameIds(name, model.decoder().vocabularySize());
            var pass = new ForwardPass(model.decoder(), placement.backend(), PROMPT_CHUNK, placement.ledger()::scratch);
            opened.add(pass);
            warmUp(pass, files);
            return new Opened(
                    new ModelDrafter(pass, new Session(cache(pass, files)), () -> closeAll(opened)),
                    () -> time(pass, cache(pass, files)));
        } catch (RuntimeException | Error e) {
            closeAll(opened);
            throw e;
        }
    }

    /** Time of a pass over one token, in that of the model's own. */
    private double time(ForwardPass pass, KvCache cache) {
        try (cache;
                KvCache own = placement.newCache()) {
            return PassCosts.ratio(() -> token(pass, cache), () -> token(placement.pass(), own));
        }
    }

    private static void token(ForwardPass pass, KvCache cache) {
        cache.trim(0);
        pass.run(new int[1], cache, 0, (index, logits) -> {});
    }

    private KvCache cache(ForwardPass pass, ModelFiles files) {
        return pass.newCache(CachePlan.exact(), files.config().maxPositionEmbeddings(), placement.ledger()::cache);
    }

    private void warmUp(ForwardPass pass, ModelFiles files) {
        if (files.config().maxPositionEmbeddings() > WarmUp.TOKENS) {
            WarmUp.run(pass, cache(pass, files), Dtypes.parameters(files), true);
        }
    }

    private void requireSameVocabulary(String name, Tokenizer other) {
        int size = tokenizer.vocabularySize();
        boolean same = other.vocabularySize() == size
                && IntStream.range(0, size).allMatch(id -> tokenizer.token(id).equals(other.token(id)));
        if (!same) {
            throw new LoupeException(
                    "%s cannot draft for %s: their vocabularies differ (%,d and %,d tokens); choose a draft model of the same family."
                            .formatted(name, placement.files().name(), other.vocabularySize(), size));
        }
    }

    private void requireSameIds(String name, int logits) {
        if (logits != placement.vocabularySize()) {
            throw new LoupeException("%s cannot draft for %s: it predicts %,d ids and not %,d; choose another."
                    .formatted(name, placement.files().name(), logits, placement.vocabularySize()));
        }
    }

    private static void closeAll(List<AutoCloseable> opened) {
        for (AutoCloseable each : opened.reversed()) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What gains less than was hoped for. */
    List<String> notes() {
        long own = placement.ledger().snapshot().weightBytes() - bytes;
        if (asked.mode() != Speculation.Mode.SELF || bytes < WORTHLESS * own) {
            return List.of();
        }
        return List.of(
                "the copy that drafts takes %.0f %% of the model's memory, so it is hardly quicker; go to %%dtype fp16, or use %%speculate lookup"
                        .formatted(100.0 * bytes / own));
    }

    /** As asked for, and the memory it takes. */
    String describe() {
        return bytes == 0 ? asked.toString() : "%s (%.0f MiB)".formatted(asked, bytes / (double) (1 << 20));
    }

    @Override
    public void close() {
        drafter.close();
        drafter = Drafter.none();
    }
}
