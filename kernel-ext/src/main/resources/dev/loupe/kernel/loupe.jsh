import dev.loupe.*;
import dev.loupe.engine.eval.Perplexity;
import static dev.loupe.kernel.Verbs.*;
dev.loupe.kernel.terminal.TerminalOutput.open();
