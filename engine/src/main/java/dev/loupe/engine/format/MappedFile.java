package dev.loupe.engine.format;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file mapped read-only into memory, of any size, given out as plain native segments.
 *
 * <p>Plain, because a kernel that meets one class of segment compiles to better code than one that meets two.
 * Invariant: no segment reaches beyond the file as it was when opened, and after {@link #close()} every one refuses
 * access.
 */
final class MappedFile implements AutoCloseable {
    private final Path path;
    private final Arena arena;
    private final MemorySegment mapping;

    private MappedFile(Path path, Arena arena, MemorySegment mapping) {
        this.path = path;
        this.arena = arena;
        this.mapping = mapping;
    }

    /**
     * Maps a whole file.
     *
     * @throws LoupeException if it is missing, empty, no regular file or not readable
     */
    static MappedFile open(Path path) {
        checkReadable(path);
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path)) {
            long size = channel.size();
            if (size == 0) {
                throw new LoupeException("%s is empty (0 bytes); download it again.".formatted(path));
            }
            return new MappedFile(path, arena, channel.map(MapMode.READ_ONLY, 0, size, arena));
        } catch (ClosedByInterruptException e) {
            arena.close();
            throw new CancelledException("Stopped; %s was not opened.".formatted(path));
        } catch (AccessDeniedException e) {
            arena.close();
            throw notPermitted(path, e);
        } catch (IOException e) {
            arena.close();
            throw new LoupeException(
                    "%s cannot be read (%s); check the disk it lies on.".formatted(path, e.getMessage()), e);
        } catch (LoupeException e) {
            arena.close();
            throw e;
        }
    }

    private static void checkReadable(Path path) {
        if (!Files.exists(path)) {
            throw new LoupeException("There is no file %s; check the path.".formatted(path));
        }
        if (Files.isDirectory(path)) {
            throw new LoupeException("%s is a folder where a file is needed; name the file in it.".formatted(path));
        }
        if (!Files.isRegularFile(path)) {
            throw new LoupeException("%s is a device or pipe; name a file on a disk.".formatted(path));
        }
        if (!Files.isReadable(path)) {
            throw notPermitted(path, null);
        }
    }

    private static LoupeException notPermitted(Path path, IOException cause) {
        return new LoupeException("%s may not be read by this user; change its permissions.".formatted(path), cause);
    }

    Path path() {
        return path;
    }

    /** Bytes of the file when it was opened. */
    long size() {
        return mapping.byteSize();
    }

    /**
     * Bytes of the file, in place and read-only.
     *
     * @throws IndexOutOfBoundsException if they are not all in the file
     */
    MemorySegment view(long offset, long bytes) {
        MemorySegment slice = mapping.asSlice(offset, bytes);
        return MemorySegment.ofAddress(slice.address())
                .reinterpret(bytes, arena, null)
                .asReadOnly();
    }

    /**
     * Checks that nobody has cut the file since it was opened: touching pages that are gone would be a fault.
     *
     * @throws LoupeException if it is shorter now or cannot be seen any more
     */
    void checkWhole() {
        if (!arena.scope().isAlive()) {
            throw new LoupeException("%s was closed; load the model again.".formatted(path));
        }
        try {
            long now = Files.size(path);
            if (now < size()) {
                throw new LoupeException("%s was cut from %d to %d bytes while in use; restore it and load it again."
                        .formatted(path, size(), now));
            }
        } catch (IOException e) {
            throw new LoupeException("%s went away while in use; restore it and load it again.".formatted(path), e);
        }
    }

    /** Unmaps; calling it again does nothing. */
    @Override
    public void close() {
        if (!arena.scope().isAlive()) {
            return;
        }
        try {
            arena.close();
        } catch (IllegalStateException e) {
            throw new LoupeException("%s is being read; stop the work that uses it, then close it.".formatted(path), e);
        }
    }
}
