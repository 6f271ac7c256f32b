package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Llm;
import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.ProgressBar;
import dev.loupe.kernel.view.Units;
import dev.loupe.kernel.view.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code save}: writes the loaded model, in the dtypes it runs as, to a GGUF file. The value is its path. */
final class SaveCommand implements Command {
    private static final Usage USAGE = new Usage(
            "save",
            false,
            "FILE",
            "writes the model as it runs now to a GGUF file, which llama.cpp and %model read; replaces a file of that name",
            List.of(),
            List.of("small.gguf"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        String example = session.output().call("save", "small.gguf");
        List<String> files = arguments.positionals(1, example);
        if (files.isEmpty()) {
            throw new LoupeException("A saved model needs a name; give it as in %s.".formatted(example));
        }
        Llm llm = session.llm();
        long start = System.nanoTime();
        try (Output.Live live = session.output().live()) {
            Path path = llm.save(files.getFirst(), new ProgressBar(live));
            live.finish(View.text("%s saved as %s: %s, %s in %s"
                    .formatted(
                            llm.name(),
                            llm.dtype(),
                            path,
                            Units.bytes(size(path)),
                            Units.seconds((System.nanoTime() - start) / 1e9))));
            return path;
        }
    }

    private static long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw new LoupeException("%s was saved and is gone again; save it elsewhere.".formatted(path), e);
        }
    }
}
