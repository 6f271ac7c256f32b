package dev.loupe.engine.backend.vector;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The C library's heap. glibc keeps freed blocks of up to 32 MiB for later; malloc_trim gives their pages back to the
 * system. Elsewhere, and where Java may not call native code, nothing is done.
 */
final class NativeHeap {
    private static final Optional<MethodHandle> TRIM = find();

    private NativeHeap() {}

    private static Optional<MethodHandle> find() {
        if (!NativeHeap.class.getModule().isNativeAccessEnabled()) {
            return Optional.empty();
        }
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("malloc_trim")
                .map(address -> linker.downcallHandle(
                        address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)));
    }

    static void trim() {
        TRIM.ifPresent(NativeHeap::trim);
    }

    private static void trim(MethodHandle call) {
        try {
            int given = (int) call.invokeExact(0L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
