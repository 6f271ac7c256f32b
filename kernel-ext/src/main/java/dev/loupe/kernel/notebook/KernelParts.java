package dev.loupe.kernel.notebook;

import java.nio.charset.StandardCharsets;
import org.dflib.jjava.jupyter.kernel.BaseKernelBuilder;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.magic.MagicParser;
import org.dflib.jjava.jupyter.kernel.magic.MagicTranspiler;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;

/**
 * What JJava's base kernel is made of, its own defaults; the magics in a cell are found by {@link CellCode} instead.
 */
final class KernelParts extends BaseKernelBuilder<KernelParts, LoupeKernel> {
    @Override
    public LoupeKernel build() {
        return new LoupeKernel(this);
    }

    String version() {
        return "1";
    }

    LanguageInfo language() {
        return new LanguageInfo.Builder("Java")
                .version(Runtime.version().toString())
                .mimetype("text/x-java-source")
                .fileExtension(".java")
                .pygments("java")
                .codemirror("java")
                .build();
    }

    JupyterIO io() {
        return buildJupyterIO(StandardCharsets.UTF_8);
    }

    CommManager comms() {
        return buildCommManager();
    }

    Renderer renderer() {
        return buildRenderer();
    }

    MagicParser magicParser() {
        return new MagicParser("(?!)", "(?!)", new MagicTranspiler());
    }

    MagicsRegistry magics() {
        return buildMagicsRegistry();
    }

    StringStyler errors() {
        return buildErrorStyler();
    }
}
