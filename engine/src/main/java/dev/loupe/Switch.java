package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Nearest;
import dev.loupe.engine.trace.Progress;
import java.util.List;
import java.util.function.Function;

/**
 * Something about a loaded model that can be switched by its name: the axes of a {@link Comparison}.
 *
 * <p>Invariant: applying what {@code current} says changes nothing.
 *
 * @param name as the magic is called ("dtype")
 * @param current its value now, as {@code apply} takes it
 * @param apply switches it
 */
public record Switch(String name, Function<Llm, String> current, Apply apply) {
    /** How it is switched. */
    @FunctionalInterface
    public interface Apply {
        /** Sets the switch to a value in the magic's syntax. */
        void to(Llm llm, String value, Progress progress);
    }

    /** All switches there are; a new one is entered here. */
    public static final List<Switch> ALL = List.of(
            new Switch("dtype", Switch::dtype, Llm::dtype),
            new Switch("device", Llm::device, Llm::device),
            new Switch(
                    "threads",
                    llm -> Integer.toString(llm.threads()),
                    (llm, value, progress) -> llm.threads(number(value))),
            new Switch(
                    "flash",
                    llm -> llm.placement().attention().flash() ? "on" : "off",
                    (llm, value, progress) -> llm.flash(onOrOff(value))),
            new Switch(
                    "window",
                    llm -> AttentionOptions.text(llm.placement().attention().window()),
                    (llm, value, progress) -> llm.window(value)),
            new Switch(
                    "sparse",
                    llm -> AttentionOptions.text(llm.placement().attention().sparse()),
                    (llm, value, progress) -> llm.sparse(value)),
            new Switch(
                    "cache",
                    llm -> AttentionOptions.text(llm.placement().cachePlan()),
                    (llm, value, progress) -> llm.cache("full").cache(value)), // what a value leaves out is as usual
            new Switch(
                    "activations",
                    llm -> llm.placement().activations().toString(),
                    (llm, value, progress) -> llm.activations(value)),
            new Switch("speculate", Llm::speculate, (llm, value, progress) -> llm.speculate(value)));

    private static String dtype(Llm llm) {
        Status status = llm.status();
        return status.dtype().equals(status.storedDtype()) ? "stored" : llm.dtype();
    }

    private static boolean onOrOff(String value) {
        return switch (value) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new LoupeException("flash cannot be '%s'; write on or off.".formatted(value));
        };
    }

    private static int number(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new LoupeException("threads cannot be '%s'; give a whole number.".formatted(value), e);
        }
    }

    /**
     * The switch of a name.
     *
     * @throws LoupeException naming the nearest, if there is none
     */
    public static Switch of(String name) {
        return ALL.stream()
                .filter(each -> each.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new LoupeException("There is no switch '%s'; %s"
                        .formatted(
                                name,
                                Nearest.remedy(
                                        name, ALL.stream().map(Switch::name).toList()))));
    }
}
