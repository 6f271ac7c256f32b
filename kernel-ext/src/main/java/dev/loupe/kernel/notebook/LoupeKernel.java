package dev.loupe.kernel.notebook;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.Nearest;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.kernel.jjava.LoupeExtension;
import dev.loupe.kernel.jjava.Magics;
import dev.loupe.kernel.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.reply.ExecuteReply;
import org.dflib.jjava.jupyter.messages.request.ExecuteRequest;
import org.dflib.jjava.jupyter.messages.request.KernelInfoRequest;
import org.dflib.jjava.jupyter.messages.request.ShutdownRequest;

/**
 * The Jupyter kernel {@code loupe}: Java cells and Loupe's magics (jupyter-client.readthedocs.io, messaging).
 *
 * <p>A request to stop ends a cell normally, with what there is. Invariant: whatever a cell holds, the next one runs.
 */
final class LoupeKernel extends BaseKernel {
    private static final long PATIENCE_MILLIS = 300;

    private final JavaSession java = new JavaSession(LoupeExtension.IMPORTS);
    private volatile Magics magics;
    private volatile long cell;
    private volatile boolean running;
    private final StopQueue queue = new StopQueue();

    LoupeKernel(KernelParts parts) {
        super(
                "Loupe",
                parts.version(),
                parts.language(),
                List.of(),
                null,
                parts.io(),
                parts.comms(),
                parts.renderer(),
                parts.magicParser(),
                parts.magics(),
                true,
                parts.errors());
        Held.kernel(this);
    }

    /** Registers the magics; JShell goes on starting meanwhile. */
    @Override
    public void onStartup() {
        installNotebookKernel();
        magics = Magics.install(this);
        new Libraries(java::addToClassPath).register(getMagicsRegistry());
        installDefaultExtensions();
    }

    @Override
    public Object evalRaw(String code) {
        try {
            return new CellRun(this, java).run(code);
        } catch (CancelledException e) {
            magics.show(View.note(e.getMessage()));
            return null;
        } catch (RuntimeException | Error e) {
            throw Failures.of(e);
        }
    }

    void show(View view) {
        magics.show(view);
    }

    /**
     * Runs a line magic.
     *
     * @return its value, null for none
     */
    Object magic(String name, String line) {
        if (magics.has(name)) {
            return magics.call(name, line, "");
        }
        if (!getMagicsRegistry().getLineMagicNames().contains(name)) {
            throw unknown("%", name, getMagicsRegistry().getLineMagicNames());
        }
        return foreign(() -> getMagicsRegistry().evalLineMagic(this, name, words(line)));
    }

    /** Runs a cell magic. */
    Object cellMagic(String name, String line, String body) {
        if (magics.takesBody(name)) {
            return magics.call(name, line, body);
        }
        if (!getMagicsRegistry().getCellMagicNames().contains(name)) {
            throw unknown("%%", name, getMagicsRegistry().getCellMagicNames());
        }
        return foreign(() -> getMagicsRegistry().evalCellMagic(this, name, words(line), body));
    }

    private static List<String> words(String line) {
        return List.of(line.strip().replaceFirst(";$", "").split("\\s+"));
    }

    private static Object foreign(Callable<Object> magic) {
        try {
            return magic.call();
        } catch (Exception e) {
            throw Failures.of(e);
        }
    }

    private static CellException unknown(String marks, String name, Set<String> names) {
        var known = new TreeSet<String>();
        names.stream().filter(other -> !other.endsWith("?")).forEach(other -> known.add(marks + other));
        String plain = marks + name.replaceFirst("\\?$", "");
        return new CellException("There is no magic %s; %s".formatted(plain, Nearest.remedy(plain, known)));
    }

    @Override
    protected void handleExecuteRequest(ShellReplyEnvironment env, Message<ExecuteRequest> message) {
        if (queue.skips(message)) {
            env.setBusyDeferIdle();
            env.defer().replyError(ExecuteReply.MESSAGE_TYPE.error(), StopQueue.reply());
            return;
        }
        queue.begin(message);
        java.begin();
        cell++;
        running = true;
        try {
            super.handleExecuteRequest(env, message);
        } finally {
            running = false;
            if (java.stopRequested()) {
                queue.skipWaiting();
            }
        }
    }

    @Override
    public List<String> formatError(Throwable e) {
        queue.skipWaiting();
        var lines = new ArrayList<String>();
        CellException failure = Failures.of(e);
        failure.lines().forEach(line -> lines.add("\u001b[31m" + line + "\u001b[0m"));
        if (!failure.details().isEmpty()) {
            show(View.folded("details", failure.details()));
        }
        return lines;
    }

    @Override
    public void interrupt() {
        long stopped = cell;
        java.askToStop();
        Cancellation.requestEverywhere();
        Thread.ofPlatform().daemon().start(() -> insist(stopped));
    }

    /** Stops what does not look whether it should: code that sleeps or reads. */
    private void insist(long stopped) {
        try {
            Thread.sleep(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            return;
        }
        if (running && cell == stopped) {
            java.interrupt();
        }
    }

    @Override
    public ReplacementOptions complete(String code, int at) {
        return new Completion(java, magics, getMagicsRegistry()).complete(code, at);
    }

    @Override
    public DisplayData inspect(String code, int at, boolean extraDetail) {
        return new Inspection(java, magics).inspect(code, Math.min(at, code.length()));
    }

    @Override
    public String isComplete(String code) {
        return Completion.isComplete(java, code);
    }

    @Override
    protected void handleKernelInfoRequest(ShellReplyEnvironment env, Message<KernelInfoRequest> message) {
        env.setBusyDeferIdle();
        env.reply(new InfoReply(this));
    }

    /** Ends this process as soon as the reply is out. */
    @Override
    protected void handleShutdownRequest(ShellReplyEnvironment env, Message<ShutdownRequest> message) {
        super.handleShutdownRequest(env, message);
        Main.exitSoon();
    }
}
