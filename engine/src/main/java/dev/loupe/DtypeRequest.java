package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.model.Footprint;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a person writes to choose dtypes: {@code q4_k embed=q8_0 head=q6_k}, {@code stored}, or {@code auto 700MiB}.
 *
 * <p>Invariant: whatever is written is understood or refused before a file is opened; what {@code auto} becomes needs
 * the model's shapes, not its weights.
 *
 * @param plan the dtypes named; of {@code auto} those of embedding and head, if named
 * @param limit most bytes of weights where the dtype is to be chosen
 */
public record DtypeRequest(DtypePlan plan, Optional<Long> limit) {
    /** Options beside the dtype, with what they do. */
    public static final List<Option> OPTIONS = List.of(
            Option.named("embed", "D", "dtype of the embedding (as stored, sym_int8 where that is 16 bits or more)"),
            Option.named("head", "D", "dtype of the output head, where it is not the embedding itself (as embed)"));

    private static final String EXAMPLE = "%dtype q4_k embed=q8_0, %dtype stored or %dtype auto 700MiB";
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?) ?([kmgt])(i?b)?");

    /**
     * What {@code auto} tries, from the most exact to the smallest. Formats with blocks of 256 stand beside the one
     * with blocks of 32 that replaces them in rows which they do not divide.
     */
    private static final List<DType> LADDER = List.of(
            DTypes.FP32,
            DTypes.FP16,
            DTypes.SYM_INT8,
            DTypes.Q6_K,
            DTypes.ASYM_INT5,
            DTypes.Q5_K,
            DTypes.SYM_INT5,
            DTypes.Q4_K,
            DTypes.ASYM_INT4,
            DTypes.SYM_INT4,
            DTypes.Q3_K,
            DTypes.Q2_K);

    /**
     * Reads it.
     *
     * @throws LoupeException saying how to write it
     */
    public static DtypeRequest parse(String text) {
        Arguments arguments = Arguments.parse(text, OPTIONS);
        List<String> words = arguments.positionals();
        if (words.isEmpty() || words.size() > (words.getFirst().equals("auto") ? 2 : 1)) {
            throw new LoupeException("'%s' is no choice of dtypes; write it as in %s.".formatted(text, EXAMPLE));
        }
        DType embedding = arguments.find("embed").map(DTypes::parse).orElse(null);
        DType head = arguments.find("head").map(DTypes::parse).orElse(null);
        String first = words.getFirst();
        if (first.equals("auto")) {
            return new DtypeRequest(new DtypePlan(null, embedding, head), Optional.of(size(words)));
        }
        DType target = first.equals("stored") ? null : DTypes.parse(first);
        return new DtypeRequest(new DtypePlan(target, embedding, head), Optional.empty());
    }

    private static long size(List<String> words) {
        Matcher size = SIZE.matcher(words.size() < 2 ? "" : words.get(1).toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            throw new LoupeException("auto needs the most that the weights may take, as in %dtype auto 700MiB.");
        }
        double unit = Math.scalb(1.0, 10 * (1 + "kmgt".indexOf(size.group(2))));
        return (long) (Double.parseDouble(size.group(1)) * unit);
    }

    /**
     * The plan for a model: as named, or of those that fit the most exact. Nothing is more exact than what is stored.
     *
     * @throws LoupeException if none fits
     */
    DtypePlan resolve(ModelFiles files) {
        if (limit.isEmpty()) {
            return plan;
        }
        long most = limit.get();
        return candidates()
                .filter(candidate -> bytes(files, candidate) <= most)
                .findFirst()
                .orElseThrow(() -> {
                    long least = candidates()
                            .mapToLong(candidate -> bytes(files, candidate))
                            .min()
                            .orElseThrow();
                    return new LoupeException(
                            "No dtype brings the weights of %s down to %,d MiB; the smallest takes %,d MiB."
                                    .formatted(files.name(), most >> 20, (least >> 20) + 1));
                });
    }

    private static long bytes(ModelFiles files, DtypePlan plan) {
        return Footprint.of(files, plan).weightBytes();
    }

    /** As stored, then linear layers alone by the ladder, then the embedding and the head with them. */
    private Stream<DtypePlan> candidates() {
        Stream<DtypePlan> layers = LADDER.stream().map(dtype -> new DtypePlan(dtype, plan.embedding(), plan.head()));
        Stream<DtypePlan> all = LADDER.stream()
                .map(dtype -> new DtypePlan(
                        dtype,
                        plan.embedding() == null ? dtype : plan.embedding(),
                        plan.head() == null ? dtype : plan.head()));
        return Stream.of(Stream.of(plan), layers, all).flatMap(s -> s);
    }
}
