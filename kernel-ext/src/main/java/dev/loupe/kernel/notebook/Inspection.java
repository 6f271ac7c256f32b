package dev.loupe.kernel.notebook;

import dev.loupe.kernel.command.Commands;
import dev.loupe.kernel.jjava.Magics;
import dev.loupe.kernel.view.View;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.SourceCodeAnalysis.Documentation;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/** What is known of the thing at the cursor: a magic's help, or a method's Javadoc. */
final class Inspection {
    private static final Pattern MAGIC = Pattern.compile("(?:[ \\t]*|.*=\\s*)%%?(?<name>[\\p{L}\\p{N}_]+).*");
    private static final Pattern TAGS = Pattern.compile("</?(p|pre|ul|ol|li|code|i|b|em|a|dl|dd|dt)(\\s[^>]*)?>");

    private static final Pattern INLINE = Pattern.compile("\\{@(?:code|link|linkplain|literal) ([^{}]*)}");

    private final JavaSession java;
    private final Magics magics;

    Inspection(JavaSession java, Magics magics) {
        this.java = java;
        this.magics = magics;
    }

    /** Returns null if nothing is known. */
    DisplayData inspect(String code, int at) {
        int begin = code.lastIndexOf('\n', at - 1) + 1;
        int end = code.indexOf('\n', at);
        Matcher magic = MAGIC.matcher(code.substring(begin, end < 0 ? code.length() : end));
        if (magic.matches() && magics.has(magic.group("name"))) {
            return bundle(Commands.help(magic.group("name"), magics.session().output()));
        }
        return java(code, at);
    }

    private DisplayData java(String code, int at) {
        Sources.tell();
        int start = Completion.snippetStart(java, code, at);
        String snippet = code.substring(start, at);
        int word = 0;
        while (at + word < code.length() && Character.isJavaIdentifierPart(code.charAt(at + word))) {
            word++;
        }
        snippet += code.substring(at, at + word);
        if (!snippet.isEmpty() && Character.isJavaIdentifierPart(snippet.charAt(snippet.length() - 1))) {
            List<Documentation> method = java.analysis().documentation(snippet + "(", snippet.length() + 1, true);
            if (!method.isEmpty()) {
                return bundle(view(method));
            }
        }
        List<Documentation> known = java.analysis().documentation(snippet, snippet.length(), true);
        return known.isEmpty() || snippet.isBlank() ? null : bundle(view(known));
    }

    private static View view(List<Documentation> known) {
        return View.column(known.stream()
                .map(one -> View.column(
                        View.text(one.signature()), View.text(one.javadoc() == null ? "" : plain(one.javadoc()))))
                .toArray(View[]::new));
    }

    private static String plain(String javadoc) {
        return INLINE.matcher(TAGS.matcher(javadoc).replaceAll(""))
                .replaceAll("$1")
                .strip();
    }

    private static DisplayData bundle(View view) {
        var data = new DisplayData(view.plain());
        data.putHTML(view.html());
        return data;
    }
}
