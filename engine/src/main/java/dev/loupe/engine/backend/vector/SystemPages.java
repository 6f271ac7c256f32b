package dev.loupe.engine.backend.vector;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Linux's calls for pages of memory, <a href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap</a>, munmap,
 * mprotect and <a href="https://man7.org/linux/man-pages/man2/madvise.2.html">madvise</a>.
 */
final class SystemPages {
    private static final long HUGE = 2 << 20;
    private static final long SMALL = 4 << 10;
    private static final int READ_WRITE = 1 | 2;
    private static final int READ_EXECUTE = 1 | 4;
    private static final int PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;
    private static final int DONTNEED = 4;
    private static final int HUGEPAGE = 14;
    private static final long FAILED = -1;

    private static final Optional<SystemPages> LINUX = find();

    private final MethodHandle mmap;
    private final MethodHandle munmap;
    private final MethodHandle madvise;
    private final MethodHandle mprotect;

    private SystemPages(Linker linker) {
        mmap = handle(
                linker,
                "mmap",
                FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
        munmap = handle(linker, "munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
        madvise = handle(linker, "madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
        mprotect = handle(linker, "mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    }

    private static MethodHandle handle(Linker linker, String name, FunctionDescriptor descriptor) {
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    /** Nothing on other systems, and where Java may not call native code. */
    static Optional<SystemPages> linux() {
        return LINUX;
    }

    private static Optional<SystemPages> find() {
        return System.getProperty("os.name").equals("Linux")
                        && SystemPages.class.getModule().isNativeAccessEnabled()
                ? Optional.of(new SystemPages(Linker.nativeLinker()))
                : Optional.empty();
    }

    /**
     * At least so many zeroed bytes from a huge page's border on, which take no memory until written; none if refused.
     */
    MemorySegment reserve(long size) {
        long length = (size + HUGE - 1) / HUGE * HUGE;
        try {
            var all = (MemorySegment) mmap.invokeExact(
                    MemorySegment.NULL, length + HUGE, READ_WRITE, PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
            if (all.address() == FAILED) {
                return MemorySegment.NULL;
            }
            long start = (all.address() + HUGE - 1) / HUGE * HUGE;
            unmap(all.address(), start - all.address());
            unmap(start + length, all.address() + HUGE - start);
            MemorySegment range = MemorySegment.ofAddress(start).reinterpret(length);
            int advised = (int) madvise.invokeExact(range, length, HUGEPAGE);
            return range;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Machine code in pages of its own, for as long as the process lives; nothing if the system refuses. */
    Optional<MemorySegment> code(byte[] code) {
        try {
            long size = (code.length + SMALL - 1) / SMALL * SMALL;
            var all = (MemorySegment)
                    mmap.invokeExact(MemorySegment.NULL, size, READ_WRITE, PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
            if (all.address() == FAILED) {
                return Optional.empty();
            }
            MemorySegment page = all.reinterpret(size);
            MemorySegment.copy(code, 0, page, JAVA_BYTE, 0, code.length);
            int refused = (int) mprotect.invokeExact(page, size, READ_EXECUTE);
            if (refused != 0) {
                unmap(page.address(), size);
                return Optional.empty();
            }
            return Optional.of(page);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives the pages that lie wholly in a range back; the range stays reserved. */
    void empty(MemorySegment range) {
        long start = (range.address() + SMALL - 1) / SMALL * SMALL;
        long length = (range.address() + range.byteSize()) / SMALL * SMALL - start;
        if (length > 0) {
            try {
                int advised = (int) madvise.invokeExact(MemorySegment.ofAddress(start), length, DONTNEED);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Gives a reserved range back. */
    void release(MemorySegment range) {
        unmap(range.address(), range.byteSize());
    }

    private void unmap(long address, long length) {
        if (length > 0) {
            try {
                int unmapped = (int) munmap.invokeExact(MemorySegment.ofAddress(address), length);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
