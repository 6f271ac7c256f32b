package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.backend.vector.VectorBackend;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.format.ModelFormats;
import dev.loupe.engine.tensor.Conversion;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The worked example of CONTRIBUTING's recipe for an architecture: OLMo 2 against its paper (arXiv:2501.00656) computed
 * in float64, position by position, with nothing of the engine but the reading of files.
 */
class Olmo2Test {
    private final Map<String, double[]> weights = new HashMap<>();
    private Config c;

    @Test
    void isWhatThePaperSays() {
        Path path = Reference.path("variants/olmo2");
        try (ModelFiles files = ModelFormats.open(path);
                Arena arena = Arena.ofShared()) {
            c = files.config();
            for (String name : files.tensorNames()) {
                float[] values = Conversion.floats(files.tensor(name, arena));
                var doubles = new double[values.length];
                for (int i = 0; i < values.length; i++) {
                    doubles[i] = values[i];
                }
                weights.put(name, doubles);
            }
        }
        int[] ids = {1, 44, 7, 130, 7, 99, 3, 58, 12, 101, 7};
        double[][] expected = logits(ids);
        var backend = new VectorBackend(2, new MemoryLedger(), new Cancellation());
        try (var model = new TinyModel(path, new Fp32(), backend, 512)) {
            float[][] logits = model.logits(ids);
            for (int t = 0; t < ids.length; t++) {
                for (int i = 0; i < expected[t].length; i++) {
                    assertEquals(expected[t][i], logits[t][i], 1e-4, "position " + t + ", logit " + i);
                }
            }
        }
    }

    private double[][] logits(int[] ids) {
        int hidden = c.hiddenSize();
        var x = new double[ids.length][];
        for (int t = 0; t < ids.length; t++) {
            x[t] = new double[hidden];
            System.arraycopy(weights.get("model.embed_tokens.weight"), ids[t] * hidden, x[t], 0, hidden);
        }
        for (int layer = 0; layer < c.numHiddenLayers(); layer++) {
            String name = "model.layers." + layer + ".";
            double[][] attended = attention(name + "self_attn.", x);
            for (int t = 0; t < ids.length; t++) {
                add(x[t], norm(name + "post_attention_layernorm", attended[t]));
                double[] gate = matmul(name + "mlp.gate_proj", x[t]);
                double[] up = matmul(name + "mlp.up_proj", x[t]);
                for (int i = 0; i < gate.length; i++) {
                    gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
                }
                add(x[t], norm(name + "post_feedforward_layernorm", matmul(name + "mlp.down_proj", gate)));
            }
        }
        var logits = new double[ids.length][];
        for (int t = 0; t < ids.length; t++) {
            logits[t] = matmul("lm_head", norm("model.norm", x[t]));
        }
        return logits;
    }

    private double[][] attention(String name, double[][] x) {
        int size = c.headDim();
        int shared = c.numAttentionHeads() / c.numKeyValueHeads();
        var q = new double[x.length][];
        var k = new double[x.length][];
        var v = new double[x.length][];
        var out = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            q[t] = turned(norm(name + "q_norm", matmul(name + "q_proj", x[t])), t);
            k[t] = turned(norm(name + "k_norm", matmul(name + "k_proj", x[t])), t);
            v[t] = matmul(name + "v_proj", x[t]);
            var heads = new double[q[t].length];
            for (int head = 0; head < c.numAttentionHeads(); head++) {
                int from = head * size;
                int kvFrom = head / shared * size;
                var scores = new double[t + 1];
                double sum = 0;
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < size; i++) {
                        scores[s] += q[t][from + i] * k[s][kvFrom + i] / Math.sqrt(size);
                    }
                    scores[s] = Math.exp(scores[s]);
                    sum += scores[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < size; i++) {
                        heads[from + i] += scores[s] / sum * v[s][kvFrom + i];
                    }
                }
            }
            out[t] = matmul(name + "o_proj", heads);
        }
        return out;
    }

    /** Element i of each head turns with element i + size / 2. */
    private double[] turned(double[] heads, int position) {
        int size = c.headDim();
        var turned = new double[heads.length];
        for (int i = 0; i < heads.length; i++) {
            int wave = i % size % (size / 2);
            double angle = position * Math.pow(c.ropeTheta(), -2.0 * wave / size);
            boolean first = i % size < size / 2;
            double other = first ? -heads[i + size / 2] : heads[i - size / 2];
            turned[i] = heads[i] * Math.cos(angle) + other * Math.sin(angle);
        }
        return turned;
    }

    private double[] norm(String name, double[] x) {
        double[] weight = weights.get(name + ".weight");
        double squares = 0;
        for (double value : x) {
            squares += value * value;
        }
        double scale = 1 / Math.sqrt(squares / x.length + c.rmsNormEps());
        var normed = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            normed[i] = x[i] * scale * weight[i];
        }
        return normed;
    }

    private double[] matmul(String name, double[] x) {
        double[] weight = weights.get(name + ".weight");
        var out = new double[weight.length / x.length];
        for (int i = 0; i < weight.length; i++) {
            out[i / x.length] += weight[i] * x[i % x.length];
        }
        return out;
    }

    private static void add(double[] x, double[] more) {
        for (int i = 0; i < x.length; i++) {
            x[i] += more[i];
        }
    }
}
