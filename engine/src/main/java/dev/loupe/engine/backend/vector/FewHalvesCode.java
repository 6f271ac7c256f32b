package dev.loupe.engine.backend.vector;

import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VFMADD231PS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VMOVUPS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VMULPS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPANDD;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPBROADCASTD;
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
 * The machine code of {@link FewHalves}. Registers: of each token two vectors of results, from 0; two for weights, one
 * for what all lanes share, two for constants.
 */
final class FewHalvesCode {
    private static final int VECTOR = 64;
    private static final int VECTORS = TileKernel.WORDS / VECTOR;
    private static final int GROUP = Gemm.GROUP;
    private static final int WEIGHTS = VECTORS * GROUP * FewHalves.GROUPS;
    private static final int SHARED = WEIGHTS + VECTORS;
    private static final int MASK = SHARED + 1;
    private static final int REBIAS = MASK + 1;

    private final Assembler code = new Assembler();
    private final boolean bf16;
    private final int groups;

    private FewHalvesCode(boolean bf16, int groups) {
        this.bf16 = bf16;
        this.groups = groups;
    }

    /**
     * A function (words, x, bytes from a group of x to the next, out, pairs of columns, where in x, where in out).
     *
     * @param bf16 or else {@link NormalHalves}
     */
    static byte[] of(boolean bf16, int groups) {
        return new FewHalvesCode(bf16, groups).function();
    }

    private byte[] function() {
        code.add(RSI, Address.of(RSP, 8));
        code.mov(RAX, bf16 ? 0xFFFF0000 : NormalHalves.MASK);
        code.vpbroadcastd(MASK, RAX);
        code.mov(RAX, Float.floatToRawIntBits(NormalHalves.REBIAS));
        code.vpbroadcastd(REBIAS, RAX);
        code.add(RCX, R8);
        for (int i = 0; i < VECTORS * GROUP * groups; i++) {
            code.vector(VMOVUPS, i, 0, Address.of(RCX, VECTOR * i));
        }
        int loop = code.position();
        pair();
        code.dec(R9);
        code.jnz(loop);
        for (int i = 0; i < VECTORS * GROUP * groups; i++) {
            code.store(Address.of(RCX, VECTOR * i), i);
        }
        code.vzeroupper();
        code.ret();
        return code.bytes();
    }

    private void pair() {
        if (Cpu.INTEL) {
            for (int v = 0; v < VECTORS; v++) {
                code.prefetcht0(Address.of(RDI, Prefetch.LINE_DISTANCE + v * VECTOR));
            }
        }
        for (int column = 0; column < 2; column++) {
            for (int v = 0; v < VECTORS; v++) {
                decode(column, WEIGHTS + v, Address.of(RDI, v * VECTOR));
            }
            for (int g = 0; g < groups; g++) {
                for (int t = 0; t < GROUP; t++) {
                    int at = 4 * (column * GROUP + t);
                    code.vector(VPBROADCASTD, SHARED, 0, g == 0 ? Address.of(RSI, at) : new Address(RSI, RDX, g, at));
                    for (int v = 0; v < VECTORS; v++) {
                        code.vector(VFMADD231PS, VECTORS * (GROUP * g + t) + v, WEIGHTS + v, SHARED);
                    }
                }
            }
        }
        code.add(RDI, TileKernel.WORDS);
        code.add(RSI, 4 * 2 * GROUP);
    }

    /** The first column lies in the words' low halves, the second in the high. */
    private void decode(int column, int to, Address words) {
        if (bf16 && column == 1) {
            code.vector(VPANDD, to, MASK, words);
            return;
        }
        if (column == 0) {
            code.vpslld(to, words, 16);
        }
        if (bf16) {
            return;
        }
        if (column == 0) {
            code.vpsrad(to, to, NormalHalves.SHIFT);
        } else {
            code.vpsrad(to, words, NormalHalves.SHIFT);
        }
        code.vector(VPANDD, to, MASK, to);
        code.vector(VMULPS, to, REBIAS, to);
    }
}
