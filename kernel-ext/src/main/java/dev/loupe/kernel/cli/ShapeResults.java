package dev.loupe.kernel.cli;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.eval.ShapeBench;
import dev.loupe.engine.eval.Speed;
import dev.loupe.engine.model.RandomModel;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Device;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** {@code loupe bench --shape}: random weights in the shape of a model. Two turns come first and do not count. */
final class ShapeResults {
    private ShapeResults() {}

    static List<Speed> measure(String shape, ModelOptions model, int prompt, int generate, int repetitions) {
        RandomModel.Sizes sizes = RandomModel.Sizes.KNOWN.stream()
                .filter(known -> known.name().equals(shape))
                .findFirst()
                .orElseThrow(() -> new LoupeException("There is no shape \"%s\"; choose one of %s."
                        .formatted(
                                shape,
                                RandomModel.Sizes.KNOWN.stream()
                                        .map(RandomModel.Sizes::name)
                                        .collect(Collectors.joining(", ")))));
        DType dtype = DTypes.parse(model.dtype("sym_int4"));
        Activations activations = model.activations();
        if (!activations.serves(dtype)) {
            throw new LoupeException("Activations %s are for %s, not %s; use --dtype sym_int4."
                    .formatted(activations, activations.served(), dtype.id()));
        }
        var ledger = new MemoryLedger();
        Device device = Devices.find(model.device());
        int read = Math.max(1, prompt);
        try (Backend backend = Devices.open(device, model.threads(), ledger, new Cancellation());
                var bench =
                        new ShapeBench(sizes, dtype, backend, backend.require(activations), ledger, read, generate)) {
            var rates = new double[2][repetitions];
            bench.measure();
            bench.measure();
            for (int i = 0; i < repetitions; i++) {
                double[] measured = bench.measure();
                rates[0][i] = measured[0];
                rates[1][i] = measured[1];
            }
            String[] tests = {"pp" + read, "tg" + generate + "@" + read};
            var results = new ArrayList<Speed>();
            for (int i = 0; i < (generate > 0 ? 2 : 1); i++) {
                results.add(Speed.ours(
                        tests[i],
                        rates[i],
                        dtype.id(),
                        backend.device(),
                        backend.threads(),
                        sizes.name() + ", random",
                        activations == Activations.FP32 ? "" : "activations " + activations,
                        ledger.snapshot()));
            }
            return results;
        }
    }
}
