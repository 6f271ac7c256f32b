package dev.loupe.engine.backend.split;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Checks;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A device and the cpu together, for a model that is larger than the device's memory: the first layers and the
 * embedding are computed by the cpu, the others, the norm and the head by the device.
 *
 * <p>A verb runs where its weights are, or its input; what it reads from the other side is copied. Invariant: a verb
 * computes what it computes on its side alone.
 */
public final class SplitBackend implements Backend {
    private static final Pattern LAYER = Pattern.compile("(?:.*\\.)?layers\\.(\\d+)\\..*");

    /** Sides, by their number. */
    static final int CPU = 0;

    static final int DEVICE = 1;

    private final List<Backend> sides;
    private final int layers;
    private final int ofDevice;
    private final boolean tied;
    private final Places places = new Places(this);
    private final SplitOps ops = new SplitOps(this, places);

    /**
     * Takes both backends, to close them.
     *
     * @param layers of the model
     * @param ofDevice how many of them the device has, the last ones
     * @param tied whether the head is the embedding, which the device has then
     */
    public SplitBackend(Backend cpu, Backend device, int layers, int ofDevice, boolean tied) {
        sides = List.of(cpu, device);
        this.layers = layers;
        this.ofDevice = ofDevice;
        this.tied = tied;
    }

    Backend side(int side) {
        return sides.get(side);
    }

    /** What {@link #device()} is of a device and the number of its layers: "cuda:0 layers=20". */
    public static String id(String device, int layers) {
        return "%s layers=%d".formatted(device, layers);
    }

    @Override
    public String device() {
        return id(sides.get(DEVICE).device(), ofDevice);
    }

    @Override
    public String description() {
        return "layers 0 to %d on the cpu (%s), %d to %d on %s"
                .formatted(
                        layers - ofDevice - 1,
                        sides.get(CPU).description(),
                        layers - ofDevice,
                        layers - 1,
                        sides.get(DEVICE).description());
    }

    @Override
    public List<String> notes() {
        return List.of("layers lie on two devices: verbs are launched one by one, never as one graph, and what crosses"
                + " is copied");
    }

    @Override
    public int threads() {
        return sides.get(CPU).threads();
    }

    @Override
    public Ops ops() {
        return ops;
    }

    @Override
    public Memory memory(LongConsumer ledger) {
        return places.memory(ledger);
    }

    @Override
    public void write(MemorySegment from, Tensor to) {
        Checks.copy(to, from.byteSize());
        int side = places.home(to);
        sides.get(side).write(from, places.written(to, side));
    }

    @Override
    public void read(Tensor from, MemorySegment to) {
        Checks.copy(from, to.byteSize());
        int side = places.home(from);
        sides.get(side).read(places.read(from, side), to);
    }

    /** Bytes that a model of equal layers can have in all, so that each side has room for its share. */
    @Override
    public long freeBytes() {
        double ofCpu = sides.get(CPU).freeBytes() * (double) layers / (layers - ofDevice);
        double ofGpu = sides.get(DEVICE).freeBytes() * (double) layers / ofDevice;
        return (long) Math.min(ofCpu, ofGpu);
    }

    @Override
    public Weight weight(Tensor host, DType target) {
        return weight("", host, target);
    }

    @Override
    public Weight weight(String name, Tensor host, DType target) {
        int side = side(name);
        return new Part(side, sides.get(side).weight(host, target));
    }

    private int side(String name) {
        Matcher layer = LAYER.matcher(name);
        if (layer.matches()) {
            return Integer.parseInt(layer.group(1)) < layers - ofDevice ? CPU : DEVICE;
        }
        return name.contains("embed") && !tied ? CPU : DEVICE;
    }

    /** A matrix of one side. */
    record Part(int side, Weight weight) implements Weight {
        @Override
        public DType dtype() {
            return weight.dtype();
        }

        @Override
        public int rows() {
            return weight.rows();
        }

        @Override
        public int columns() {
            return weight.columns();
        }

        @Override
        public long bytes() {
            return weight.bytes();
        }

        @Override
        public boolean slow() {
            return weight.slow();
        }

        @Override
        public void close() {
            weight.close();
        }
    }

    @Override
    public void close() {
        sides.reversed().forEach(Backend::close);
    }
}
