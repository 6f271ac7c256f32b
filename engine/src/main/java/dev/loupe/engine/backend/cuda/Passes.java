package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.ops.RopeTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Passes over few tokens as CUDA graphs: the verbs of a form of pass are written down, fused, launched, and the second
 * time captured; from then on a pass is one launch, told its position and ids through {@link Inputs}.
 *
 * <p>Invariant: a graph is dropped when anything that it has the address of moves.
 */
final class Passes implements AutoCloseable {
    /**
     * Most tokens of a pass that is captured: all whose bits are those of single tokens, which fused norms round
     * otherwise.
     */
    private static final int MOST_TOKENS = Products.FEW_TOKENS;

    private static final int MOST_GRAPHS = 8;
    private static final int RELAXED = 2;

    private final CudaDevice device;
    private final Launcher launcher;
    private final Inputs inputs;
    private final Map<Object, Form> forms = new LinkedHashMap<>();
    private Form recording;
    private boolean apart;

    /** What is known of a form of pass. */
    private static final class Form {
        private final int tokens;
        private final List<Verb> verbs = new ArrayList<>();
        private final Set<RopeTable> tables = new LinkedHashSet<>();
        private final Set<PageTable> pages = new LinkedHashSet<>();
        private boolean broken;
        private long graph;

        Form(int tokens) {
            this.tokens = tokens;
        }
    }

    Passes(CudaDevice device, Launcher launcher, Inputs inputs) {
        this.device = device;
        this.launcher = launcher;
        this.inputs = inputs;
    }

    void run(Object key, int[] ids, int position, Runnable verbs) {
        inputs.begin(ids, position);
        Form form = forms.get(key);
        if (ids.length > MOST_TOKENS || form != null && form.broken) {
            apart = ids.length <= MOST_TOKENS;
            verbs.run();
            return;
        }
        apart = false;
        if (form != null && form.graph != 0 && refresh(key, form, position)) {
            replay(form);
            return;
        }
        boolean again = forms.containsKey(key);
        recording = new Form(ids.length);
        Form made = recording;
        try {
            verbs.run();
        } finally {
            recording = null;
        }
        apart = made.broken;
        if (!made.broken) {
            List<Verb> fused = Fusion.of(made.verbs);
            made.verbs.clear();
            if (again) {
                made.graph = capture(fused);
                replay(made);
            } else {
                fused.forEach(launcher::launch);
            }
        }
        remember(key, made);
    }

    /** Whether the last pass was of few tokens and could not be captured. */
    boolean apart() {
        return apart;
    }

    /** Brings a captured pass its inputs; false if that moved something, so that the graph is gone. */
    private boolean refresh(Object key, Form form, int position) {
        form.tables.forEach(table -> inputs.turns(table, position + form.tokens));
        form.pages.forEach(PageTable::update);
        return forms.get(key) == form;
    }

    private void replay(Form form) {
        device.makeCurrent();
        device.driver()
                .check(
                        "cuGraphLaunch",
                        device.driver().function("cuGraphLaunch", 2).call(form.graph, device.stream()));
    }

    private long capture(List<Verb> verbs) {
        Driver driver = device.driver();
        device.makeCurrent();
        driver.call("cuStreamBeginCapture_v2", device.stream(), RELAXED);
        long graph = 0;
        try {
            verbs.forEach(launcher::launch);
        } finally {
            graph = driver.value2("cuStreamEndCapture", device.stream());
        }
        try {
            return driver.value("cuGraphInstantiateWithFlags", graph, 0);
        } finally {
            driver.status("cuGraphDestroy", graph);
        }
    }

    private void remember(Object key, Form form) {
        Form before = forms.put(key, form);
        if (before != null) {
            drop(before);
        }
        if (forms.size() > MOST_GRAPHS) {
            Object oldest = forms.keySet().iterator().next();
            drop(forms.remove(oldest));
        }
    }

    /** Whether verbs are being written down rather than launched. */
    boolean recording() {
        return recording != null;
    }

    /** Writes a verb down, or launches it. */
    void add(Verb verb) {
        if (recording != null && !recording.broken) {
            recording.verbs.add(verb);
        } else {
            launcher.launch(verb);
        }
    }

    /** The pass being written down turns positions by this table. */
    void uses(RopeTable table) {
        if (recording != null) {
            recording.tables.add(table);
        }
    }

    /** The pass being written down has these pages. */
    void uses(PageTable pages) {
        if (recording != null) {
            recording.pages.add(pages);
        }
    }

    /** What comes next depends on results: launches what was written down, and never captures this form. */
    void breakOff() {
        if (recording != null && !recording.broken) {
            recording.broken = true;
            recording.verbs.forEach(launcher::launch);
        }
    }

    /** Drops all graphs, for something that they have the address of has moved. */
    void forget() {
        forms.values().forEach(this::drop);
        forms.clear();
    }

    private void drop(Form form) {
        if (form.graph != 0) {
            device.makeCurrent();
            device.driver().status("cuGraphExecDestroy", form.graph);
            form.graph = 0;
        }
    }

    @Override
    public void close() {
        forget();
    }
}
