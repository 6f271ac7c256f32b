package dev.loupe.engine.format;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.tensor.Conversion;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.Progress;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Writes a GGUF model anew, its matrices in other dtypes, as one file of version 3.
 *
 * <p>Values are made from the files' own, row by row, as loading makes them; GGUF's order of rows is kept, so nothing
 * is permuted twice. Invariant: the target is either what it was or the whole new file, never a part of it.
 */
final class GgufSave {
    private static final long ROWS_AT_ONCE = 1 << 22; // values

    /** A tensor of the files and what it becomes. */
    private record Entry(GgufFile file, GgufTensor stored, DType dtype) {}

    private final List<GgufFile> files;
    private final List<Entry> entries = new ArrayList<>();

    /**
     * @param names Hugging Face's of each tensor; one that has none stays as it is, as vectors do
     * @param dtypes of each matrix, by its Hugging Face name
     */
    GgufSave(List<GgufFile> files, Map<GgufTensor, String> names, Function<String, DType> dtypes) {
        this.files = files;
        for (GgufFile file : files) {
            for (GgufTensor tensor : file.tensors().values()) {
                boolean matrix = names.containsKey(tensor) && tensor.shape().rank() > 1;
                DType dtype = matrix ? dtypes.apply(names.get(tensor)) : tensor.dtype();
                requireKnown(dtype);
                entries.add(new Entry(file, tensor, dtype));
            }
        }
    }

    private static void requireKnown(DType dtype) {
        if (GgmlType.of(dtype).isEmpty()) {
            DType nearest = DTypes.all().stream()
                    .filter(other -> GgmlType.of(other).isPresent())
                    .min(Comparator.comparingDouble(other -> Math.abs(bits(other) - bits(dtype))))
                    .orElseThrow();
            throw new LoupeException("GGUF has no %s, so the model cannot be saved so; the nearest that it has is %s."
                    .formatted(dtype.id(), nearest.id()));
        }
    }

    private static double bits(DType dtype) {
        return 8.0 * dtype.blockBytes() / dtype.blockElements();
    }

    void write(Path target, Cancellation cancellation, Progress progress) {
        Path folder = target.toAbsolutePath().getParent();
        requireWritable(target, folder);
        Path part = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel out = FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                write(out, "saving " + target.getFileName(), cancellation, progress);
                out.force(true);
            }
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (ClosedByInterruptException e) {
            throw new CancelledException("Stopped; nothing was saved.");
        } catch (IOException e) {
            throw new LoupeException(
                    "%s cannot be written (%s); choose a folder with room that you may write to."
                            .formatted(target, e.getMessage()),
                    e);
        } finally {
            discard(part);
        }
    }

    private void requireWritable(Path target, Path folder) {
        if (folder == null || !Files.isDirectory(folder)) {
            throw new LoupeException("There is no folder %s; make it first.".formatted(folder));
        }
        if (Files.isDirectory(target)) {
            throw new LoupeException("%s is a folder; name a file in it, as in model.gguf.".formatted(target));
        }
        try {
            for (GgufFile file : files) {
                if (Files.exists(target) && Files.isSameFile(target, file.path())) {
                    throw new LoupeException(
                            "%s is the file that the model is read from; choose another name.".formatted(target));
                }
            }
            long needed = entries.stream().mapToLong(GgufSave::bytes).sum();
            long free = Files.getFileStore(folder).getUsableSpace();
            if (needed > free) {
                throw new LoupeException("The model takes %,d MiB and %s has %,d MiB left; choose another folder."
                        .formatted(needed >> 20, folder, free >> 20));
            }
        } catch (IOException e) {
            throw new LoupeException(
                    "%s cannot be used (%s); choose another folder.".formatted(folder, e.getMessage()), e);
        }
    }

    private static void discard(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw new LoupeException("%s is left over and cannot be deleted; delete it.".formatted(part), e);
        }
    }

    private void write(FileChannel out, String task, Cancellation cancellation, Progress progress) throws IOException {
        var header = new GgufHeader(files.getFirst().entries(), fileType());
        for (Entry entry : entries) {
            header.tensor(entry.stored().name(), entry.stored().shape(), entry.dtype(), bytes(entry));
        }
        long total = entries.stream().mapToLong(GgufSave::bytes).sum();
        long done = 0;
        progress.update(task, 0, Math.max(1, total));
        header.write(out);
        for (Entry entry : entries) {
            Tensor tensor = entry.file().tensor(entry.stored());
            long rows = tensor.shape().rows();
            long step = Math.max(1, ROWS_AT_ONCE / Math.max(1, tensor.shape().columns()));
            for (long from = 0; from < rows; from += step) {
                cancellation.check("nothing was saved.");
                long to = Math.min(rows, from + step);
                GgufHeader.writeAll(out, converted(tensor, from, to, entry.dtype()));
                done += entry.dtype().bytes((to - from) * tensor.shape().columns());
                progress.update(task, Math.min(done, total - 1), Math.max(1, total));
            }
            header.pad(out);
        }
        progress.update(task, Math.max(1, total), Math.max(1, total));
    }

    /** Rows in a dtype, converted on all cores. */
    private static ByteBuffer converted(Tensor tensor, long from, long to, DType dtype) {
        int columns = Math.toIntExact(tensor.shape().columns());
        long rowBytes = dtype.bytes(columns);
        var bytes = new byte[Math.toIntExact((to - from) * rowBytes)];
        LongStream.range(from, to).parallel().forEach(row -> {
            MemorySegment target = MemorySegment.ofArray(bytes).asSlice((row - from) * rowBytes, rowBytes);
            Conversion.rows(tensor, row, row + 1, dtype, target, new float[columns]);
        });
        return ByteBuffer.wrap(bytes);
    }

    private static long bytes(Entry entry) {
        return entry.dtype().bytes(entry.stored().shape().elements());
    }

    /** The dtype that most bytes have: what llama.cpp calls the file's type. */
    private DType fileType() {
        return entries.stream()
                .collect(Collectors.groupingBy(Entry::dtype, Collectors.summingLong(GgufSave::bytes)))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(DTypes.FP32);
    }
}
