package dev.loupe.kernel.notebook;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import jdk.jshell.execution.LocalExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/**
 * Runs JShell's snippets in this JVM and keeps their values, which JShell itself passes on as text only.
 *
 * <p>Its base class puts a check into every loop of a snippet, so that {@link #askToStop} ends one that never would.
 * Invariant: a stopped snippet leaves the session as usable as one that ended.
 */
final class SnippetControl extends LocalExecutionControl {
    private static final String STOP_CLASS = "REPL.$Cancel$";
    private static volatile Method running;
    private static volatile Object value;

    private volatile boolean stopped;

    /** This one as an engine for JShell. */
    ExecutionControlProvider provider() {
        return new ExecutionControlProvider() {
            @Override
            public String name() {
                return "loupe";
            }

            @Override
            public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
                return SnippetControl.this;
            }
        };
    }

    /** The value of the last snippet, which is forgotten; null if it had none. */
    Object takeValue() {
        Object taken = value;
        value = null;
        return taken;
    }

    /** Whether the last snippet was stopped. */
    boolean wasStopped() {
        return stopped;
    }

    @Override
    protected String invoke(Method snippet) throws Exception {
        stopped = false;
        running = snippet;
        value = null;
        try {
            Method call = SnippetControl.class.getDeclaredMethod("call");
            call.setAccessible(true);
            return super.invoke(call);
        } catch (StoppedException e) {
            stopped = true;
            throw e;
        }
    }

    /** What runs in a snippet's thread; the base class finds no fault in where it was declared. */
    static Object call() throws Throwable {
        try {
            value = running.invoke(null);
            return "";
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Ends the running snippet at its next loop; what it waits for goes on. */
    void askToStop() {
        try {
            findClass(STOP_CLASS).getDeclaredField("allStop").set(null, true);
        } catch (ReflectiveOperationException e) {
            // no snippet has run yet, so none runs now
        }
    }

    /** Ends the running snippet even where it sleeps or reads. */
    void interrupt() {
        try {
            stop();
        } catch (ExecutionControlException e) {
            // no snippet has run yet, so none runs now
        }
    }
}
