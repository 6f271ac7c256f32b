package dev.loupe.kernel.notebook;

import dev.loupe.kernel.command.CommandCompletion;
import dev.loupe.kernel.command.Commands;
import dev.loupe.kernel.jjava.Magics;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.SourceCodeAnalysis.Suggestion;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;

/** What may stand at the cursor: magics with their options and values, or Java. */
final class Completion {
    private static final Pattern MAGIC =
            Pattern.compile("(?:[ \\t]*|.*=\\s*)(?<marks>%%?)(?<name>[\\p{L}\\p{N}_]*)(?<arguments>\\s.*)?");

    private final JavaSession java;
    private final Magics magics;
    private final MagicsRegistry registry;

    Completion(JavaSession java, Magics magics, MagicsRegistry registry) {
        this.java = java;
        this.magics = magics;
        this.registry = registry;
    }

    ReplacementOptions complete(String code, int cursor) {
        int at = Math.min(cursor, code.length());
        int begin = code.lastIndexOf('\n', at - 1) + 1;
        Matcher magic = MAGIC.matcher(code.substring(begin, at));
        return magic.matches() ? magic(magic, begin, at) : java(code, at);
    }

    private ReplacementOptions magic(Matcher magic, int begin, int at) {
        String name = magic.group("name");
        String arguments = magic.group("arguments");
        if (arguments == null) {
            boolean cell = magic.group("marks").length() == 2;
            var names = new TreeSet<>(cell ? registry.getCellMagicNames() : registry.getLineMagicNames());
            names.removeIf(other -> !other.startsWith(name) || other.endsWith("?"));
            return new ReplacementOptions(List.copyOf(names), begin + magic.start("name"), at);
        }
        if (!magics.has(name)) {
            return new ReplacementOptions(List.of(), at, at);
        }
        CommandCompletion completion = CommandCompletion.of(Commands.find(name), arguments, magics.session());
        return new ReplacementOptions(
                completion.candidates(), begin + magic.start("arguments") + completion.start(), at);
    }

    private ReplacementOptions java(String code, int at) {
        int start = snippetStart(java, code, at);
        int[] anchor = {0};
        List<Suggestion> suggestions =
                java.analysis().completionSuggestions(code.substring(start, at), at - start, anchor);
        List<String> words = Stream.concat(suggestions.stream().filter(Suggestion::matchesType), suggestions.stream())
                .map(Suggestion::continuation)
                .distinct()
                .toList();
        return new ReplacementOptions(words, words.isEmpty() ? at : start + anchor[0], at);
    }

    /** Where the snippet begins that holds the cursor: lines of magics and whole snippets before it are passed over. */
    static int snippetStart(JavaSession java, String code, int at) {
        int start = 0;
        for (CellCode.Part part : CellCode.of(code.substring(0, at))) {
            if (part instanceof CellCode.Java) {
                break;
            }
            start += part.text().length();
        }
        int last = 0;
        int offset = 0;
        for (CellCode.Part part : CellCode.of(code.substring(0, at))) {
            last = part instanceof CellCode.Java ? offset : last;
            offset += part.text().length();
        }
        start = Math.max(start, last);
        while (start < at) {
            CompletionInfo info = java.analysis().analyzeCompletion(code.substring(start, at));
            String rest = info.remaining();
            if (rest == null || rest.isBlank() || info.completeness() == Completeness.EMPTY) {
                break;
            }
            if (rest.length() >= at - start) {
                break; // an unfinished snippet is left over whole
            }
            start = at - rest.length();
        }
        return start;
    }

    /** Whether Enter should run a console's input; the text under a cell magic ends with an empty line. */
    static String isComplete(JavaSession java, String code) {
        List<CellCode.Part> parts = CellCode.of(code);
        if (parts.isEmpty()) {
            return BaseKernel.IS_COMPLETE_YES;
        }
        if (parts.getLast() instanceof CellCode.Body cell) {
            return cell.name().endsWith("?") || cell.body().endsWith("\n") ? BaseKernel.IS_COMPLETE_YES : "";
        }
        if (!(parts.getLast() instanceof CellCode.Java last)) {
            return BaseKernel.IS_COMPLETE_YES;
        }
        String rest = last.text();
        while (!rest.isBlank()) {
            CompletionInfo info = java.analysis().analyzeCompletion(rest);
            switch (info.completeness()) {
                case UNKNOWN -> {
                    return BaseKernel.IS_COMPLETE_BAD;
                }
                case DEFINITELY_INCOMPLETE, CONSIDERED_INCOMPLETE -> {
                    return "    ";
                }
                case EMPTY -> {
                    return BaseKernel.IS_COMPLETE_YES;
                }
                case COMPLETE, COMPLETE_WITH_SEMI -> rest = info.remaining();
            }
        }
        return BaseKernel.IS_COMPLETE_YES;
    }
}
