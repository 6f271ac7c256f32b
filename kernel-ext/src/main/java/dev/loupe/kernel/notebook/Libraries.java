package dev.loupe.kernel.notebook;

import coursierapi.Dependency;
import coursierapi.Fetch;
import coursierapi.error.CoursierError;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.magic.LineMagic;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;

/**
 * Other people's libraries in a notebook: {@code %maven group:artifact:version} and {@code %classpath PATH}.
 *
 * <p>Invariant: of a class that Loupe brings itself, Loupe's version stays in use.
 */
final class Libraries {
    private final Consumer<Path> add;

    Libraries(Consumer<Path> add) {
        this.add = add;
    }

    void register(MagicsRegistry registry) {
        LineMagic<Object, BaseKernel> maven = (kernel, words) -> fetch(words);
        LineMagic<Object, BaseKernel> classPath = (kernel, words) -> add(words);
        registry.registerLineMagic("maven", maven);
        registry.registerLineMagic("classpath", classPath);
    }

    private Object fetch(List<String> words) {
        Fetch fetch = Fetch.create();
        for (String word : words) {
            String[] parts = word.split(":");
            if (parts.length != 3) {
                throw new CellException("'%s' is no library; write %%maven group:artifact:version, as on Maven Central."
                        .formatted(word));
            }
            fetch.addDependencies(Dependency.of(parts[0], parts[1], parts[2]));
        }
        try {
            fetch.fetch().stream().map(File::toPath).forEach(add);
        } catch (CoursierError e) {
            throw new CellException(
                    List.of("%s cannot be fetched; check its name, its version and the network."
                            .formatted(words.getFirst())),
                    e.getMessage());
        }
        return null;
    }

    private Object add(List<String> words) {
        for (String word : words) {
            Path path = Path.of(word);
            if (!Files.exists(path)) {
                throw new CellException("There is no %s; give the path of a jar or a folder.".formatted(word));
            }
            add.accept(path.toAbsolutePath());
        }
        return null;
    }
}
