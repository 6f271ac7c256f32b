package dev.loupe.viz;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Text made to fit: the same rule for pixels and for characters, which differ only in how they measure. */
final class Words {
    private Words() {}

    /** Text without line breaks, escapes and other control characters. */
    static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    /** Breaks text at spaces into at most {@code lines} lines; what does not fit is cut and ends in an ellipsis. */
    static List<String> wrap(String text, double width, int lines, ToDoubleFunction<String> measure) {
        var wrapped = new ArrayList<String>();
        String line = "";
        for (String word : text.split(" ")) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (line.isEmpty() || wrapped.size() == lines - 1 || measure.applyAsDouble(longer) <= width) {
                line = longer;
            } else {
                wrapped.add(line);
                line = word;
            }
        }
        wrapped.add(line);
        wrapped.replaceAll(l -> cut(l, width, measure));
        return wrapped;
    }

    /** Text as it is if it fits, otherwise its beginning and an ellipsis. */
    static String cut(String text, double width, ToDoubleFunction<String> measure) {
        if (measure.applyAsDouble(text) <= width) {
            return text;
        }
        int end = text.length();
        while (end > 0 && measure.applyAsDouble(text.substring(0, end) + "…") > width) {
            end = text.offsetByCodePoints(end, -1);
        }
        return text.substring(0, end).stripTrailing() + "…";
    }
}
