package dev.loupe.engine.backend.vector;

import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VCVTPH2PS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VFMADD231PS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VMOVUPS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VMULPS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPBROADCASTD;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPXORD;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.R10;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.R11;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.R8;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.R9;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.RAX;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.RCX;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.RDI;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.RDX;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.RSI;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.RSP;

import dev.loupe.engine.backend.vector.x86.Assembler;
import dev.loupe.engine.backend.vector.x86.Assembler.Address;

/**
 * The machine code of {@link AttentionCalls}, for a number of queries and for fp32 or fp16. Registers: sums, up to
 * {@value #SUMS} vectors from 0; what comes from the cache; one for what all lanes share.
 */
final class AttentionCode {
    /** Vectors of sums: as many as leave room for what is read. */
    static final int SUMS = 24;

    private static final int VECTOR = 64;
    private static final int LANES = VECTOR / 4;
    private static final int KEY_VECTORS = Visible.KEYS / LANES;
    private static final int SHARED = 31;

    /** Queries for which the cache comes from memory rather than from a nearer cache. */
    private static final int READING = 6;

    private final Assembler code = new Assembler();
    private final int queries;
    private final int vectors; // of each query
    private final boolean halves;

    private AttentionCode(int queries, int vectors, boolean halves) {
        this.queries = queries;
        this.vectors = vectors;
        this.halves = halves;
    }

    /**
     * A function (keys, where in keys, bytes from a dimension to the next, packed queries, where in them, scores, where
     * in scores, dimensions, tiles, scale's bits).
     *
     * @param halves whether keys are fp16
     */
    static byte[] scores(int queries, boolean halves) {
        return new AttentionCode(queries, KEY_VECTORS, halves).scores();
    }

    /**
     * A function (values, where in values, bytes from a key to the next, weights, where in weights, out, where in out,
     * keys, bytes from a query of out to the next).
     *
     * @param vectors of dimensions, at most {@link #SUMS} with all queries
     * @param halves whether values are fp16
     */
    static byte[] values(int queries, int vectors, boolean halves) {
        return new AttentionCode(queries, vectors, halves).values();
    }

    private byte[] scores() {
        code.add(RDI, RSI);
        code.add(RCX, R8);
        code.add(R9, Address.of(RSP, 8));
        code.mov(R10, Address.of(RSP, 24));
        int tile = code.position();
        for (int i = 0; i < queries * vectors; i++) {
            code.vector(VPXORD, i, i, i);
        }
        code.lea(RSI, Address.of(RDI, 0));
        code.lea(R8, Address.of(RCX, 0));
        code.mov(RAX, Address.of(RSP, 16));
        int dimension = code.position();
        load(Visible.KEYS * bytes());
        multiply(4);
        code.add(RSI, RDX);
        code.add(R8, 4 * AttentionProducts.BLOCK);
        code.dec(RAX);
        code.jnz(dimension);
        code.vector(VPBROADCASTD, SHARED, 0, Address.of(RSP, 32));
        for (int i = 0; i < queries * vectors; i++) {
            code.vector(VMULPS, i, SHARED, i);
            int row = i / vectors * 4 * AttentionProducts.STRIDE;
            code.store(Address.of(R9, row + i % vectors * VECTOR), i);
        }
        code.add(RDI, Visible.KEYS * bytes());
        code.add(R9, 4 * Visible.KEYS);
        code.dec(R10);
        code.jnz(tile);
        return end();
    }

    private byte[] values() {
        code.add(RSI, RDI);
        code.add(R8, RCX);
        code.add(R9, Address.of(RSP, 8));
        code.mov(RAX, Address.of(RSP, 16));
        code.mov(R11, Address.of(RSP, 24));
        code.lea(R10, Address.of(R9, 0));
        for (int i = 0; i < queries * vectors; i++) {
            code.vector(VMOVUPS, i, 0, Address.of(R10, i % vectors * VECTOR));
            nextRow(i);
        }
        int key = code.position();
        load(Prefetch.LINE_DISTANCE);
        multiply(4 * AttentionProducts.STRIDE);
        code.add(RSI, RDX);
        code.add(R8, 4);
        code.dec(RAX);
        code.jnz(key);
        code.lea(R10, Address.of(R9, 0));
        for (int i = 0; i < queries * vectors; i++) {
            code.store(Address.of(R10, i % vectors * VECTOR), i);
            nextRow(i);
        }
        return end();
    }

    private void nextRow(int i) {
        if ((i + 1) % vectors == 0) {
            code.add(R10, R11);
        }
    }

    private int bytes() {
        return halves ? 2 : 4;
    }

    /** What comes from the cache; asks for what lies {@code ahead} bytes ahead where nobody else has read it. */
    private void load(int ahead) {
        int size = LANES * bytes();
        for (int at = 0; Cpu.INTEL && queries <= READING && at < vectors * size; at += VECTOR) {
            code.prefetcht0(Address.of(RSI, ahead + at));
        }
        for (int v = 0; v < vectors; v++) {
            code.vector(halves ? VCVTPH2PS : VMOVUPS, SUMS + v, 0, Address.of(RSI, v * size));
        }
    }

    /** Adds the products with each query's number, which lie {@code stride} bytes apart. */
    private void multiply(int stride) {
        for (int q = 0; q < queries; q++) {
            code.vector(VPBROADCASTD, SHARED, 0, Address.of(R8, q * stride));
            for (int v = 0; v < vectors; v++) {
                code.vector(VFMADD231PS, q * vectors + v, SUMS + v, SHARED);
            }
        }
    }

    private byte[] end() {
        code.vzeroupper();
        code.ret();
        return code.bytes();
    }
}
