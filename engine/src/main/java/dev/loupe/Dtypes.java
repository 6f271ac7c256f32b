package dev.loupe;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.model.LoadedModel;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Says which dtypes a model is stored as and runs as. */
final class Dtypes {
    private Dtypes() {}

    /** The plan as asked for; of a model that runs as stored the dtype that most matrices have. */
    static String asked(LoadedModel model) {
        DtypePlan plan = model.plan();
        return plan.equals(DtypePlan.asStored()) ? most(model.dtypes()) : plan.toString();
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
        DtypePlan plan = model.plan();
        model.weights()
                .fallbacks()
                .forEach((kind, count) ->
                        notes.add("%d matrices run as %s: rows of %,d are no multiple of %s's block of %d"
                                .formatted(
                                        count,
                                        kind.given().id(),
                                        kind.columns(),
                                        kind.wanted().id(),
                                        kind.wanted().blockElements())));
        boolean tied = model.decoder().head() == model.decoder().embedding();
        if (tied && plan.head() != null) {
            notes.add("head=%s has no effect: this model's head is its embedding"
                    .formatted(plan.head().id()));
        }
        if (tied) {
            differs(
                    notes,
                    plan,
                    "embedding and head are one and run",
                    "embed",
                    plan.embedding(),
                    model.decoder().embedding());
        } else {
            differs(
                    notes,
                    plan,
                    "the embedding runs",
                    "embed",
                    plan.embedding(),
                    model.decoder().embedding());
            differs(
                    notes,
                    plan,
                    "the head runs",
                    "head",
                    plan.head(),
                    model.decoder().head());
        }
        for (String dtype : model.weights().slowDtypes()) {
            notes.add("%s has no kernel on this device and takes the slow path; %%dtype sym_int8 or sym_int4 is faster"
                    .formatted(dtype));
        }
        return notes;
    }

    private static void differs(
            List<String> notes, DtypePlan plan, String what, String option, DType asked, Weight weight) {
        if (asked == null && plan.target() != null && !weight.dtype().equals(plan.target())) {
            notes.add("%s as %s, for few bits harm most there; %s=%s changes that"
                    .formatted(what, weight.dtype().id(), option, plan.target().id()));
        }
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
