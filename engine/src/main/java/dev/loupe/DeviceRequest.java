package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.backend.split.SplitBackend;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Device;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.List;

/**
 * Where a model is asked to compute: "opencl", "cuda:0", "auto", or "cuda layers=20" for the last 20 layers there and
 * the others on the cpu.
 *
 * @param asked as a person wrote it, without layers
 * @param device that was found
 * @param layers on the device; 0 for all
 */
record DeviceRequest(String asked, Device device, int layers) {
    private static final String CPU = "cpu";
    private static final List<Option> OPTIONS =
            List.of(Option.named("layers", "N", "layers on the device, the last ones; the others stay on the cpu"));

    /** @throws LoupeException that says why the device is not there */
    static DeviceRequest parse(String text) {
        Arguments arguments = Arguments.parse(text, OPTIONS);
        List<String> names = arguments.positionals(1, "%device cuda layers=20");
        String name = names.isEmpty() ? CPU : names.getFirst();
        int layers = (int) arguments.integer("layers", 0, 1, Integer.MAX_VALUE);
        Device device = Devices.find(name);
        if (layers > 0 && device.id().equals(CPU)) {
            throw new LoupeException(
                    "The cpu has all layers; name the device that takes %d of them, as in %%device opencl layers=%d."
                            .formatted(layers, layers));
        }
        return new DeviceRequest(name, device, layers);
    }

    /** Whether the device has some layers only. */
    private boolean splits(Config config) {
        return layers > 0 && layers < config.numHiddenLayers();
    }

    /** What {@link Backend#device()} will be. */
    String id(Config config) {
        return splits(config) ? SplitBackend.id(device.id(), layers) : device.id();
    }

    /** What "auto" passed over, for people; empty if nothing. */
    String passedOver() {
        return asked.equals(Devices.AUTO) ? Devices.passedOver(device) : "";
    }

    /** Opens it, for a model of this config. */
    Backend open(Config config, int threads, MemoryLedger ledger, Cancellation cancellation) {
        if (!splits(config)) {
            return Devices.open(device, threads, ledger, cancellation);
        }
        Backend cpu = Devices.open(Devices.find(CPU), threads, ledger, cancellation);
        try {
            Backend other = Devices.open(device, threads, ledger, cancellation);
            return new SplitBackend(cpu, other, config.numHiddenLayers(), layers, config.tieWordEmbeddings());
        } catch (RuntimeException | Error e) {
            cpu.close();
            throw e;
        }
    }
}
