package dev.loupe.engine.backend.vector;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C library's heap, told to take each block of 32 KiB or more from the system and to give it back when it is freed,
 * as <a href="https://man7.org/linux/man-pages/man3/mallopt.3.html">mallopt</a> describes. By itself glibc raises that
 * size with every block freed, up to 32 MiB, and keeps what a switch of dtype frees.
 *
 * <p>Invariant: where there is no mallopt, or Java may not call native code, nothing is done and everything works.
 */
final class NativeHeap {
    private static final int M_MMAP_THRESHOLD = -3;
    private static final int BYTES = 32 << 10;

    private NativeHeap() {}

    static void giveBackWhatIsFreed() {
        if (NativeHeap.class.getModule().isNativeAccessEnabled()) {
            Linker linker = Linker.nativeLinker();
            linker.defaultLookup()
                    .find("mallopt")
                    .map(address -> linker.downcallHandle(
                            address,
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)))
                    .ifPresent(NativeHeap::map);
        }
    }

    private static void map(MethodHandle mallopt) {
        try {
            int accepted = (int) mallopt.invokeExact(M_MMAP_THRESHOLD, BYTES);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
