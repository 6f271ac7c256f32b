package dev.loupe.engine.hub;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.trace.Cancellation;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * Fetches the content of one file, going on where an earlier attempt ended.
 *
 * <p>Invariant: what has its final name is whole and, where the Hub gives a checksum, checked; until then it is
 * {@code ETAG.incomplete} beside it.
 */
final class Download {
    private static final int CHUNK = 1 << 18;
    private static final int MOST_FAILURES = 5;

    private final HubClient client;
    private final HubId id;
    private final Cancellation cancellation;
    private final LongConsumer received;
    private final Duration pause;

    /**
     * @param received told of each number of bytes that came, negative if they turned out to be of no use
     * @param pause before the second attempt, growing with each failure
     */
    Download(HubClient client, HubId id, Cancellation cancellation, LongConsumer received, Duration pause) {
        this.client = client;
        this.id = id;
        this.cancellation = cancellation;
        this.received = received;
        this.pause = pause;
    }

    /** Fetches a file from a path of the endpoint to where its content belongs. */
    void fetch(RemoteFile file, String path, Path blob) {
        Path incomplete = blob.resolveSibling(blob.getFileName() + ".incomplete");
        try (FileChannel target = FileChannel.open(incomplete, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lock(target)) {
            if (lock == null) {
                throw new LoupeException(
                        "%s is being downloaded by another process; wait for it, then load it again.".formatted(id));
            }
            received.accept(target.size());
            checkSpace(file, target, blob);
            fetchAll(file, path, target);
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            throw stopped();
        } catch (IOException e) {
            throw new LoupeException(
                    "%s cannot be written (%s); check the disk.".formatted(incomplete, e.getMessage()), e);
        }
        try {
            check(file, incomplete);
            Files.move(incomplete, blob, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new LoupeException("%s cannot be written (%s); check the disk.".formatted(blob, e.getMessage()), e);
        }
    }

    private static FileLock lock(FileChannel target) throws IOException {
        try {
            return target.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private void checkSpace(RemoteFile file, FileChannel target, Path blob) throws IOException {
        long free = Files.getFileStore(blob.getParent()).getUsableSpace();
        long needed = file.size() - target.size();
        if (needed > free) {
            throw new LoupeException("%s needs %d MiB more where %d MiB are free (%s); make room or set HF_HOME."
                    .formatted(id, needed >> 20, free >> 20, blob.getParent()));
        }
    }

    /** Attempts until the file is whole; one that brought something on does not count as a failure. */
    private void fetchAll(RemoteFile file, String path, FileChannel target) throws IOException {
        int failures = 0;
        while (!whole(file, target)) {
            long before = target.size();
            IOException failure = attempt(file, path, target);
            if (failure == null && file.size() < 0) {
                return;
            }
            boolean further = target.size() > before && target.size() <= file.size();
            failures = further ? 0 : failures + 1;
            if (failures >= MOST_FAILURES) {
                throw client.unreachable(id, failure == null ? new IOException("the answer ends early") : failure);
            }
            if (failure != null) {
                pause(failures + 1);
            }
        }
    }

    private boolean whole(RemoteFile file, FileChannel target) throws IOException {
        if (file.size() >= 0 && target.size() > file.size()) {
            restart(target);
        }
        return file.size() >= 0 && target.size() == file.size();
    }

    private IOException attempt(RemoteFile file, String path, FileChannel target) throws IOException {
        HttpResponse<InputStream> response;
        try {
            response = client.get(path, target.size());
        } catch (IOException e) {
            return e;
        }
        try (InputStream body = response.body();
                var watch = new StallWatch(body)) {
            int status = response.statusCode();
            if (status == 416) {
                restart(target);
                return new IOException("the server has fewer bytes than were here");
            }
            if (status / 100 == 5) {
                return new IOException("error " + status);
            }
            if (status != 200 && status != 206) {
                throw client.refusal(id, status);
            }
            String range = response.headers().firstValue("Content-Range").orElse("");
            if (target.size() > 0 && !range.startsWith("bytes " + target.size() + "-")) {
                restart(target);
                if (status == 206) {
                    return new IOException("the server sends another range than asked for");
                }
            }
            return copy(body, watch, target);
        }
    }

    /** Appends what comes; the failure that ended it, or null at the regular end. */
    private IOException copy(InputStream body, StallWatch watch, FileChannel target) throws IOException {
        var chunk = new byte[CHUNK];
        target.position(target.size());
        while (true) {
            cancellation.check(kept());
            int count;
            try {
                count = body.read(chunk);
            } catch (IOException e) {
                return e;
            }
            if (count < 0) {
                return null;
            }
            watch.moved();
            var bytes = ByteBuffer.wrap(chunk, 0, count);
            while (bytes.hasRemaining()) {
                target.write(bytes);
            }
            received.accept(count);
        }
    }

    private void restart(FileChannel target) throws IOException {
        received.accept(-target.size());
        target.truncate(0);
    }

    private void check(RemoteFile file, Path incomplete) throws IOException {
        if (!file.hasChecksum()
                || Checksum.sha256(incomplete, () -> cancellation.check(kept())).equals(file.etag())) {
            return;
        }
        Files.delete(incomplete);
        throw new LoupeException(
                "%s of %s came with a wrong checksum and was thrown away; load it again.".formatted(file.name(), id));
    }

    private void pause(int times) {
        try {
            Thread.sleep(pause.multipliedBy(times));
        } catch (InterruptedException e) {
            throw stopped();
        }
    }

    private CancelledException stopped() {
        return new CancelledException("Stopped; " + kept());
    }

    private String kept() {
        return "what was downloaded of %s is kept, and loading again goes on from there.".formatted(id);
    }
}
