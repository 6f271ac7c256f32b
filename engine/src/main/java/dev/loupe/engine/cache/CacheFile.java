package dev.loupe.engine.cache;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Slots;
import dev.loupe.engine.tensor.Tensor;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UTFDataFormatException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;

/**
 * A sequence with its cache, as bytes: what a session is saved to and forked by.
 *
 * <pre>
 *   "LOUPEKV" version(1)  identity (modified UTF-8)
 *   ids: count, each        layers: count
 *   of each layer: next, kept per head (0 for none), heads x kept positions, pages: count, numbers
 *                  of each page: keys, values, as they lie in memory
 * </pre>
 *
 * <p>Integers are big-endian. Invariant: whatever the bytes, reading them gives the sequence or a LoupeException; sizes
 * are checked before memory is taken, and a failure leaves the cache empty.
 */
final class CacheFile {
    private static final byte[] MAGIC = {'L', 'O', 'U', 'P', 'E', 'K', 'V', 1};

    private CacheFile() {}

    static void write(OutputStream to, String identity, int[] ids, PagedCache cache, Backend backend)
            throws IOException {
        var out = new DataOutputStream(to);
        out.write(MAGIC);
        out.writeUTF(identity + "; cache " + cache.plan());
        ints(out, ids);
        out.writeInt(cache.layers().size());
        for (LayerCache layer : cache.layers()) {
            Slots slots = layer.view().slots();
            out.writeInt(slots.next());
            out.writeInt(slots.keptCount());
            for (int[] head : slots.kept()) {
                for (int position : head) {
                    out.writeInt(position);
                }
            }
            ints(out, layer.present().stream().toArray());
            for (int page : layer.present().stream().toArray()) {
                for (Tensor tensor : layer.page(page)) {
                    var bytes = new byte[Math.toIntExact(tensor.bytes())];
                    backend.read(tensor, MemorySegment.ofArray(bytes));
                    out.write(bytes);
                }
            }
        }
        out.flush();
    }

    private static void ints(DataOutputStream out, int[] values) throws IOException {
        out.writeInt(values.length);
        for (int value : values) {
            out.writeInt(value);
        }
    }

    /** Fills an empty cache of the same kind; returns the ids. */
    static int[] read(InputStream from, String identity, int vocabulary, PagedCache cache, Backend backend)
            throws IOException {
        var in = new DataInputStream(from);
        try {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw damaged("it does not begin as one of this version");
            }
            return read(in, identity, vocabulary, cache, backend);
        } catch (EOFException | UTFDataFormatException e) {
            cache.trim(0);
            throw damaged("it ends too early or in the middle of a name");
        } catch (LoupeException | IOException e) {
            cache.trim(0);
            throw e;
        }
    }

    private static int[] read(DataInputStream in, String identity, int vocabulary, PagedCache cache, Backend backend)
            throws IOException {
        String expected = identity + "; cache " + cache.plan();
        String found = in.readUTF();
        if (!found.equals(expected)) {
            throw new LoupeException(
                    "The session was saved with %s and this is %s; load the model and set the switches as they were."
                            .formatted(found, expected));
        }
        var ids = new int[count(in, cache.capacity())];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = range(in.readInt(), vocabulary, "a token id");
        }
        if (in.readInt() != cache.layers().size()) {
            throw damaged("it has another number of layers");
        }
        for (LayerCache layer : cache.layers()) {
            layer(in, layer, ids.length, backend);
        }
        if (in.read() >= 0) {
            throw damaged("it goes on after its end");
        }
        cache.restored(ids.length);
        return ids;
    }

    private static void layer(DataInputStream in, LayerCache layer, int length, Backend backend) throws IOException {
        int next = range(in.readInt(), length + 1, "a position");
        int kept = range(in.readInt(), next + 1, "a number of kept positions");
        var positions = new int[kept == 0 ? 0 : layer.spec().kvHeads()][kept];
        for (int[] head : positions) {
            for (int i = 0; i < kept; i++) {
                head[i] = range(in.readInt(), next, "a kept position");
                if (i > 0 && head[i] <= head[i - 1]) {
                    throw damaged("kept positions do not rise");
                }
            }
        }
        if (kept == 0 && next != 0) {
            throw damaged("positions are missing");
        }
        var slots = new Slots(positions, next);
        int pages = (slots.of(length) + PagePool.PAGE_TOKENS - 1) / PagePool.PAGE_TOKENS;
        var present = new BitSet();
        int count = count(in, pages + 1);
        for (int i = 0; i < count; i++) {
            present.set(range(in.readInt(), pages + 1, "a page"));
        }
        if (present.cardinality() != count) {
            throw damaged("a page comes twice");
        }
        if (count * layer.pageBytes() > in.available()) {
            throw damaged("it ends too early");
        }
        layer.restore(slots, present);
        if (length > 0 && !layer.canTrim(length)) {
            throw damaged("pages are missing");
        }
        for (int page : present.stream().toArray()) {
            for (Tensor tensor : layer.page(page)) {
                byte[] bytes = in.readNBytes(Math.toIntExact(tensor.bytes()));
                if (bytes.length < tensor.bytes()) {
                    throw damaged("it ends too early");
                }
                backend.write(MemorySegment.ofArray(bytes).asSlice(0, tensor.bytes()), tensor);
            }
        }
    }

    private static int count(DataInputStream in, int most) throws IOException {
        return range(in.readInt(), most + 1, "a count");
    }

    private static int range(int value, int end, String what) {
        if (value < 0 || value >= end) {
            throw damaged("%s is %d, not 0 to %d".formatted(what, value, end - 1));
        }
        return value;
    }

    private static LoupeException damaged(String how) {
        return new LoupeException("The session's file cannot be used: %s; save the session again.".formatted(how));
    }
}
