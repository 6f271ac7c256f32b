package dev.loupe.engine.backend.vector;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Machine code that is called without leaving the Java thread's state; what lies in the heap is passed as it is. */
final class MachineCode {
    /** {@code false} leaves all products to the Vector API. */
    private static final String PROPERTY = "loupe.machinecode";

    private MachineCode() {}

    /** Whether this system takes some: Linux, unless it forbids what is executed to have been written. */
    static boolean available() {
        return Probe.AVAILABLE;
    }

    /** Whether kernels should be made of it. */
    static boolean wanted() {
        return available() && !"false".equals(System.getProperty(PROPERTY));
    }

    /**
     * Code in pages of its own, for as long as the process lives.
     *
     * @throws java.util.NoSuchElementException if it is not {@link #available}
     */
    static MemorySegment load(byte[] code) {
        return SystemPages.linux().flatMap(system -> system.code(code)).orElseThrow();
    }

    /** Calls of code at an address, which is the first argument; others may be memory in the heap. */
    static MethodHandle function(FunctionDescriptor function) {
        return Linker.nativeLinker().downcallHandle(function, Linker.Option.critical(true));
    }

    private static final class Probe {
        static final boolean AVAILABLE = System.getProperty("os.arch").equals("amd64")
                && SystemPages.linux()
                        .flatMap(system -> system.code(new byte[] {(byte) 0xC3}))
                        .isPresent();
    }
}
