package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.AttentionOptions;
import dev.loupe.engine.cache.CacheInfo;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.kernel.view.CacheView;
import java.util.List;
import java.util.stream.Collectors;

/** {@code cache}: what keys and values are kept as, and which. */
final class CacheCommand implements Command {
    private static final Usage USAGE = new Usage(
            "cache",
            false,
            "[info | full | DTYPE]",
            "keeps keys and values in another dtype, or fewer of them; info shows what the conversation's cache holds",
            AttentionOptions.CACHE,
            List.of("info", "f16", "k=q8_0 v=q4_0", "compress=snapkv budget=512", "evict=h2o budget=512", "full"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return List.of("info", "full", "f32", "f16", "q8_0", "q4_0");
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        List<String> words = arguments.positionals(1, session.output().call("cache", "q8_0"));
        String options = AttentionOptions.CACHE.stream()
                .filter(option -> arguments.has(option.name()))
                .map(option -> " %s=%s"
                        .formatted(
                                option.name(),
                                Arguments.quote(arguments.find(option.name()).orElse(""))))
                .collect(Collectors.joining());
        boolean change = !options.isEmpty() || !(words.isEmpty() || words.equals(List.of("info")));
        if (change) {
            String line = String.join(" ", words) + options;
            AttentionOptions.cache(line, CachePlan.exact()); // a mistyped word is told before a missing model
            session.llm().cache(line);
            Switched.show(session, true);
        }
        CacheInfo info = session.llm().attention().cache();
        if (!change) {
            session.output().show(CacheView.of(info));
        }
        return info;
    }
}
