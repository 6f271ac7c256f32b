package dev.loupe.viz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of figure: its words are legible wherever it is shown. Leaves {@code target/gallery.html}, all of them in
 * both themes, to be looked at after a change of looks.
 */
final class GalleryTest {
    /** Letters may touch, not cover each other. */
    private static final double TOUCH = 1;

    private static final FontRenderContext FONTS = new FontRenderContext(null, true, true);

    static List<Figure> figures() {
        return Gallery.figures();
    }

    @ParameterizedTest
    @MethodSource("figures")
    void noWordsAreCutOrCoverOthersOrLeaveThePicture(Figure figure) {
        List<Word> words = new Picture(figure).words();
        for (int i = 0; i < words.size(); i++) {
            Word word = words.get(i);
            Rectangle2D box = box(word);
            assertFalse(word.text().endsWith("…"), () -> word + " is cut");
            assertTrue(box.getX() >= 0 && box.getMaxX() <= figure.width() + 1, () -> word + " leaves the sides");
            assertTrue(box.getY() >= 0 && box.getMaxY() <= figure.height(), () -> word + " leaves top or bottom");
            for (Word other : words.subList(0, i)) {
                Rectangle2D both = box.createIntersection(box(other));
                assertFalse(
                        both.getWidth() > TOUCH && both.getHeight() > TOUCH,
                        () -> "%s: \"%s\" covers \"%s\"".formatted(figure.title(), word.text(), other.text()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("figures")
    void aPageSetsTheWordsItself(Figure figure) {
        String html = figure.html();
        int words = new Picture(figure).words().size();
        assertEquals(words, html.split("<span", -1).length - 1);
        assertFalse(html.contains("color:"), "words take the page's colour");
        assertFalse(html.contains("<svg") || html.contains("<style") || html.contains("<script"), html);
    }

    @Test
    void wordsAreEscapedInAPage() {
        String html = PerplexityPlot.of(List.of(Samples.perplexity("<b>&", "<i>", 3.0)))
                .html();
        assertTrue(html.contains("&lt;b>&amp;") && !html.contains("<b>") && !html.contains("<i>"), html);
    }

    @Test
    void theGalleryIsWritten() throws IOException {
        var html = new StringBuilder("<!doctype html><meta charset=\"utf-8\"><title>Figures</title>");
        for (var theme : Map.of("light", "#fff;color:#212121", "dark", "#111;color:#e0e0e0")
                .entrySet()) {
            html.append("<div id=\"%s\" style=\"padding:1em;background:%s;font-family:sans-serif\">"
                    .formatted(theme.getKey(), theme.getValue()));
            figures()
                    .forEach(figure -> html.append("<div style=\"display:inline-block;width:760px;margin:12px\">")
                            .append(figure.html())
                            .append("</div>"));
            html.append("</div>");
        }
        Path file = Path.of("target", "gallery.html");
        Files.createDirectories(file.getParent());
        Files.writeString(file, html);
        assertEquals(2 * figures().size(), html.toString().split("<img", -1).length - 1);
    }

    private static Rectangle2D box(Word word) {
        var font = new Font(
                Font.SANS_SERIF,
                word.size() == Word.Size.TITLE ? Font.BOLD : Font.PLAIN,
                word.size().pixels());
        double width = font.getStringBounds(word.text(), FONTS).getWidth();
        double high = 0.75 * word.size().pixels();
        return new Rectangle2D.Double(word.left(width), word.y() - high, width, high);
    }
}
