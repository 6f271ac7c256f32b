package dev.loupe.kernel.notebook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;

/** Starts the kernel that a connection file asks for. Invariant: it ends when Jupyter says so, or Jupyter itself ends. */
public final class Main {
    private static final long REPLY_MILLIS = 150;
    private static final long LOOK_MILLIS = 2_000;

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 1) {
            System.err.println("loupe: the kernel needs a connection file; Jupyter gives it, so start ./loupe lab.");
            System.exit(2);
        }
        endWithJupyter();
        var connection = new JupyterConnection(connectionFile(arguments[0]));
        LoupeKernel kernel = new KernelParts().build();
        kernel.becomeHandlerForConnection(connection);
        kernel.onStartup();
        connection.connect();
        connection.waitUntilClose();
    }

    private static KernelConnectionProperties connectionFile(String file) throws IOException {
        return KernelConnectionProperties.parse(Files.readString(Path.of(file)));
    }

    /** Ends this process once what is being sent is out, whatever other threads do. */
    static void exitSoon() {
        Thread.ofPlatform().daemon().start(() -> {
            pause(REPLY_MILLIS);
            Runtime.getRuntime().halt(0);
        });
    }

    /** A kernel whose Jupyter was killed would live on, with its model in memory. */
    private static void endWithJupyter() {
        long parent = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
        Thread.ofPlatform().daemon().start(() -> {
            while (parent > 1 && ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L) == parent) {
                pause(LOOK_MILLIS);
            }
            if (parent > 1) {
                Runtime.getRuntime().halt(0);
            }
        });
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
