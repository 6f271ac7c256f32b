package dev.loupe.kernel.jjava;

import java.util.List;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.magic.LineMagic;

/**
 * Brings Loupe to a JJava kernel (github.com/dflib/jjava) that has it on its class path.
 *
 * <p>Invariant: installing never throws, which would end the kernel; what went wrong is told by the first magic.
 */
public final class LoupeExtension implements Extension {
    /** What cells may use without importing it. */
    public static final String IMPORTS = "import dev.loupe.*; import static dev.loupe.kernel.Verbs.*;";

    @Override
    public void install(BaseKernel kernel) {
        if (kernel.getMagicsRegistry().getLineMagicNames().contains("model")) {
            return; // our own kernel has them already
        }
        try {
            Magics.install(kernel);
            kernel.evalRaw(IMPORTS);
        } catch (Throwable e) {
            explain(kernel, e);
        }
    }

    private static void explain(BaseKernel kernel, Throwable e) {
        LineMagic<Object, BaseKernel> magic = (_, _) -> {
            throw new LoupeError(
                    "Loupe could not start in this kernel (%s); start it with ./loupe lab, or see ./loupe doctor."
                            .formatted(e));
        };
        for (String name : List.of("model", "status", "doctor", "help")) {
            kernel.getMagicsRegistry().registerLineMagic(name, magic);
        }
    }
}
