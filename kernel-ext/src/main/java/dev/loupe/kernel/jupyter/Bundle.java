package dev.loupe.kernel.jupyter;

import dev.loupe.kernel.view.View;
import dev.loupe.viz.Figure;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * Something to show as Jupyter's bundle of MIME types (jupyter-client.readthedocs.io, display_data), whatever the
 * kernel.
 *
 * <p>A figure is HTML, its words in the page's own colour, which an untrusted notebook and an exported page show; and a
 * PNG with its shown size (half its pixels) for what shows no HTML. Invariant: every bundle has plain text, or is
 * {@link #nothing()}.
 *
 * @param data by MIME type
 * @param metadata by MIME type
 */
public record Bundle(Map<String, Object> data, Map<String, Object> metadata) {
    /**
     * A result that is not shown: kernels add plain text to a bundle that lacks it, and leave a null out of the
     * message.
     */
    static Bundle nothing() {
        var data = new HashMap<String, Object>();
        data.put("text/plain", null);
        return new Bundle(data, Map.of());
    }

    public static Bundle of(View view) {
        return new Bundle(Map.of("text/plain", view.plain(), "text/html", view.html()), Map.of());
    }

    static Bundle of(Figure figure) {
        return new Bundle(
                Map.of(
                        "text/plain", figure.toString(),
                        "text/html", figure.html(),
                        "image/png", Base64.getEncoder().encodeToString(figure.png())),
                Map.of("image/png", Map.of("width", figure.width(), "height", figure.height())));
    }
}
