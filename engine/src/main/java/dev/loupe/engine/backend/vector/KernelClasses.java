package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorOperators;

/**
 * Initializes the classes of kernels before a model is there to run: a JVM with an AOT cache that compiles eagerly (JEP
 * 515) takes on each as soon as its class and those that it calls are initialized.
 *
 * <p>Invariant: every operation of the Vector API that kernels use has run once before, for what the API then keeps of
 * it is a constant to the compiler; a kernel compiled earlier looks it up each time, and stays at half its speed.
 */
public final class KernelClasses {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    /** Of all dtypes, in the order in which a prompt needs them, and the interfaces that they call. */
    private static final List<Class<?>> COMMON = List.of(
            WorkSpace.class,
            TileKernel.class,
            BlockScales.class,
            Subnormals.class,
            Cpu.class,
            Prefetch.class,
            Halves.class,
            NormalHalves.class,
            Factors.class,
            Gemm.class,
            VectorMath.class,
            Elementwise.class,
            Rope.class,
            CacheRows.class,
            CacheTile.class,
            FlashAttention.class,
            AttentionLoops.class,
            AttentionCalls.class,
            Scores.class,
            OnlineSoftmax.class,
            Visible.class,
            AttentionTask.class,
            Tiles.class,
            Team.class,
            VectorOps.class,
            VectorWeight.class,
            ByteBlock.class,
            VnniKernel.class,
            BatchProduct.class,
            PackTokens.class,
            RowProduct.class);

    private static final List<VectorOperators.Binary> ARITHMETIC = List.of(
            VectorOperators.ADD, VectorOperators.SUB, VectorOperators.MUL, VectorOperators.MIN, VectorOperators.MAX);
    private static final List<VectorOperators.Binary> BITS = List.of(
            VectorOperators.AND,
            VectorOperators.OR,
            VectorOperators.XOR,
            VectorOperators.LSHL,
            VectorOperators.LSHR,
            VectorOperators.ASHR,
            VectorOperators.ROR);
    private static final List<VectorOperators.Comparison> COMPARISONS =
            List.of(VectorOperators.EQ, VectorOperators.NE, VectorOperators.LT, VectorOperators.GT);

    private KernelClasses() {}

    /** Those of all dtypes. */
    public static void initialize() {
        operate();
        for (Class<?> kernel : COMMON) {
            try {
                MethodHandles.lookup().ensureInitialized(kernel);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Those of some dtypes. */
    public static void initialize(Collection<DType> dtypes) {
        dtypes.forEach(TileKernels::of);
    }

    private static void operate() {
        MemorySegment memory = Arena.ofAuto().allocate(Lanes.FLOAT.vectorByteSize());
        var floats = FloatVector.fromMemorySegment(Lanes.FLOAT, memory, 0, LE);
        var ints = IntVector.fromMemorySegment(Lanes.INT, memory, 0, LE);
        operate(floats, ARITHMETIC);
        operate(ints, ARITHMETIC);
        operate(ints, BITS);
        floats.div(1f).div(floats).neg().abs().sqrt();
        floats.fma(floats, floats);
        floats.reduceLanes(VectorOperators.MAX);
        floats.reduceLanes(VectorOperators.ADD);
        ints.convert(VectorOperators.I2F, 0).convert(VectorOperators.F2I, 0);
        ints.reinterpretAsFloats().reinterpretAsInts();
        ints.selectFrom(ints);
        var rest = Lanes.FLOAT.indexInRange(0, 1);
        FloatVector.fromMemorySegment(Lanes.FLOAT, memory, 0, LE, rest).intoMemorySegment(memory, 0, LE, rest);
        floats.intoMemorySegment(memory, 0, LE);
        Prefetch.fetch(memory, 0, memory.byteSize());
        memory.set(FLOAT, 0, memory.getAtIndex(FLOAT, 0));
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, 0, memory.get(ValueLayout.JAVA_INT_UNALIGNED, 0));
        memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0));
        memory.set(ValueLayout.JAVA_BYTE, 0, memory.get(ValueLayout.JAVA_BYTE, 0));
        var array = new float[Lanes.COUNT];
        FloatVector.fromArray(Lanes.FLOAT, array, 0).intoArray(array, 0);
        IntVector.fromArray(Lanes.INT, new int[Lanes.COUNT], 0);
    }

    private static <E> void operate(Vector<E> x, List<VectorOperators.Binary> operations) {
        for (VectorOperators.Binary operation : operations) {
            x.lanewise(operation, x);
            x.lanewise(operation, 1);
        }
        for (VectorOperators.Comparison comparison : COMPARISONS) {
            x.blend(x, x.compare(comparison, x));
            x.compare(comparison, 1);
        }
    }
}
