package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A library of C functions that take integers and pointers and return a status.
 *
 * <p>Every argument is passed as 64 bits: in the calling conventions of 64-bit Linux and Windows a callee that wants 32
 * reads the lower half. Invariant: a function is looked up once.
 */
final class NativeLibrary {
    private final SymbolLookup symbols;
    private final Map<String, Function> functions = new ConcurrentHashMap<>();

    private NativeLibrary(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /**
     * Loads a library for the life of this JVM.
     *
     * @param name a file name that the system's loader finds, or a path
     * @throws IllegalArgumentException if there is none
     */
    static NativeLibrary load(String name) {
        return new NativeLibrary(SymbolLookup.libraryLookup(name, Arena.global()));
    }

    /** Whether the library, which may be of another version, has a function. */
    boolean has(String name) {
        return symbols.find(name).isPresent();
    }

    /** A function of {@code arity} arguments. */
    Function function(String name, int arity) {
        return functions.computeIfAbsent(name, n -> link(n, arity));
    }

    private Function link(String name, int arity) {
        var address = symbols.find(name)
                .orElseThrow(() -> new LoupeException(
                        "This machine's CUDA library has no %s: it is too old; install a newer NVIDIA driver."
                                .formatted(name)));
        var arguments = new MemoryLayout[arity];
        Arrays.fill(arguments, ValueLayout.JAVA_LONG);
        MethodHandle handle =
                Linker.nativeLinker().downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
        return new Function(name, handle.asSpreader(long[].class, arity));
    }

    /** A linked function. */
    record Function(String name, MethodHandle handle) {
        /** Calls it; the result is its status. */
        int call(long... arguments) {
            try {
                return (int) handle.invokeExact(arguments);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(name, e);
            }
        }
    }
}
