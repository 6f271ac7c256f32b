package dev.loupe.kernel.jjava;

import dev.loupe.kernel.view.View;
import dev.loupe.viz.Figure;
import java.util.Base64;
import java.util.Map;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * Views and figures as Jupyter's bundles of MIME types.
 *
 * <p>A figure is a PNG with its shown size beside it (half its pixels): that shows in an untrusted notebook and goes
 * into an exported page or PDF. Invariant: every bundle has plain text.
 */
final class Displays {
    private Displays() {}

    /**
     * A result that is not shown: the kernel adds plain text to a bundle that lacks it, and leaves a null out of the
     * message.
     */
    static DisplayData nothing() {
        var data = new DisplayData();
        data.putData("text/plain", null);
        return data;
    }

    static DisplayData of(View view) {
        var data = new DisplayData(view.plain());
        data.putHTML(view.html());
        return data;
    }

    static DisplayData of(Figure figure) {
        var data = new DisplayData(figure.toString());
        data.putData("image/png", Base64.getEncoder().encodeToString(figure.png()));
        data.putMetaData("image/png", Map.of("width", figure.width(), "height", figure.height()));
        return data;
    }
}
