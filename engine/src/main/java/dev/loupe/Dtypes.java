package dev.loupe;

import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.model.LoadedModel;
import dev.loupe.engine.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Says which dtypes a model is stored as and runs as. */
final class Dtypes {
    private Dtypes() {}

    /** The dtype that most matrices have. */
    static String main(LoadedModel model) {
        return most(model.dtypes());
    }

    /** For example "sym_int4 (210 matrices), sym_int8 (1)", or just the dtype where there is one. */
    static String mix(LoadedModel model) {
        return describe(model.dtypes());
    }

    /** As {@link #mix}, of the matrices in the file. */
    static String stored(ModelFiles files) {
        var counts = new TreeMap<String, Integer>();
        for (String name : files.tensorNames()) {
            TensorInfo tensor = files.tensorInfo(name);
            if (tensor.shape().rank() > 1) {
                counts.merge(tensor.dtype().id(), 1, Integer::sum);
            }
        }
        return describe(counts);
    }

    /** Number of weights in the file. */
    static long parameters(ModelFiles files) {
        return files.tensorNames().stream()
                .mapToLong(name -> files.tensorInfo(name).shape().elements())
                .sum();
    }

    /** What runs otherwise than asked. */
    static List<String> notes(LoadedModel model) {
        var notes = new ArrayList<String>();
        if (model.plan().target() != null) {
            String asked = model.plan().target().id();
            model.dtypes().forEach((dtype, count) -> {
                if (!dtype.equals(asked)) {
                    notes.add(
                            "%d of the matrices run as %s, not %s (embedding and head keep what they are stored as; rows that do not divide into blocks fall back)"
                                    .formatted(count, dtype, asked));
                }
            });
        }
        for (String dtype : model.weights().slowDtypes()) {
            notes.add("%s has no kernel on this device and takes the slow path; %%dtype sym_int8 or sym_int4 is faster"
                    .formatted(dtype));
        }
        return notes;
    }

    private static String most(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse("fp32");
    }

    private static String describe(Map<String, Integer> counts) {
        if (counts.size() == 1) {
            return counts.keySet().iterator().next();
        }
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .map(e -> "%s (%d)".formatted(e.getKey(), e.getValue()))
                .collect(Collectors.joining(", "));
    }
}
