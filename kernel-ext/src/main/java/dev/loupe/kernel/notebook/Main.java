package dev.loupe.kernel.notebook;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;

/**
 * Starts the kernel that a connection file asks for.
 *
 * <p>{@code --rehearse} starts and uses it without a client, for {@code -XX:AOTCacheOutput} to see what a start loads
 * (openjdk.org/jeps/514). Invariant: the process ends when Jupyter says so, or Jupyter itself ends.
 */
public final class Main {
    private static final long REPLY_NANOS = 150_000_000;
    private static final long LOOK_NANOS = 2_000_000_000;
    private static final String REHEARSAL = "int n = 1; List.of(n).stream().map(i -> i + 1).toList()";

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 1) {
            System.err.println("loupe: the kernel needs a connection file; Jupyter gives it, so start ./loupe lab.");
            System.exit(2);
        }
        boolean rehearsal = arguments[0].equals("--rehearse");
        LoupeKernel kernel = new KernelParts().build();
        if (rehearsal) {
            rehearse(kernel);
        } else {
            endWithJupyter();
            serve(kernel, KernelConnectionProperties.parse(Files.readString(Path.of(arguments[0]))));
        }
    }

    private static void serve(LoupeKernel kernel, KernelConnectionProperties properties) throws Exception {
        var connection = new JupyterConnection(properties);
        kernel.becomeHandlerForConnection(connection);
        kernel.onStartup();
        connection.connect();
        connection.waitUntilClose();
    }

    private static void rehearse(LoupeKernel kernel) throws Exception {
        var nobody = new KernelConnectionProperties("127.0.0.1", 0, 0, 0, 0, 0, "tcp", "hmac-sha256", "");
        Thread.ofPlatform().daemon().start(() -> {
            try {
                serve(kernel, nobody);
            } catch (Exception e) {
                System.err.println("loupe: the rehearsal has no connection: " + e);
            }
        });
        LockSupport.parkNanos(REPLY_NANOS);
        kernel.eval(REHEARSAL);
        kernel.complete("%dt", 3);
        kernel.eval("%model smollm2");
        kernel.eval("%%generate max_tokens=8\nHello");
        kernel.eval("%plot latency");
        System.exit(0);
    }

    /** Ends this process once what is being sent is out, whatever other threads do. */
    static void exitSoon() {
        Thread.ofPlatform().daemon().start(() -> {
            LockSupport.parkNanos(REPLY_NANOS);
            Runtime.getRuntime().halt(0);
        });
    }

    /** A kernel whose Jupyter was killed would live on, with its model in memory. */
    private static void endWithJupyter() {
        long parent = parent();
        if (parent > 1) {
            Thread.ofPlatform().daemon().start(() -> {
                while (parent() == parent) {
                    LockSupport.parkNanos(LOOK_NANOS);
                }
                Runtime.getRuntime().halt(0);
            });
        }
    }

    private static long parent() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
    }
}
