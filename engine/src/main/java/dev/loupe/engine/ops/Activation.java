package dev.loupe.engine.ops;

/** Activation of a gated unit. */
public enum Activation {
    /** x * sigmoid(x) (arXiv:1702.03118), HF's "silu". */
    SILU,
    /** The tanh approximation of GELU (arXiv:1606.08415), HF's "gelu_pytorch_tanh". */
    GELU_TANH
}
