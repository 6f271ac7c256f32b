package dev.loupe.engine.backend.vector;

import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VBROADCASTSS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VCVTDQ2PS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VCVTPS2DQ;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VDIVSS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VMOVUPS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VMULPS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPADDD;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPANDD;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPERMILPS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPMAXSD;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPSUBD;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPXORD;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VSHUFF32X4;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.RAX;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.RDI;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.RDX;
import static dev.loupe.engine.backend.vector.x86.Assembler.Register.RSI;

import dev.loupe.engine.backend.vector.x86.Assembler;
import dev.loupe.engine.backend.vector.x86.Assembler.Address;
import dev.loupe.engine.backend.vector.x86.Assembler.Instruction;

/**
 * The machine code of {@link TokenRecords}: rounds a token, with the arithmetic of {@link ByteBlock}. Magnitudes are
 * compared as integers, among which NaN is the largest and stays.
 */
final class TokenCode {
    private static final int FIRST = 0; // half of a block, then its sum
    private static final int SECOND = 1;
    private static final int SCALE = 2; // first the largest magnitude, and of all lanes
    private static final int INVERSE = 3;
    private static final int OTHER = 4;
    private static final int SUM = 5;
    private static final int ZERO = 8;
    private static final int MAGNITUDE = 9;
    private static final int LARGEST = 10;
    private static final int SMALLEST = 11;
    private static final int ONE = 12;
    private static final int HALVES_SWAPPED = 0x4E;
    private static final int NEIGHBOURS_SWAPPED = 0xB1;
    private static final int VECTOR = 64;

    private final Assembler code = new Assembler();

    private TokenCode() {}

    /** A function (x, records, blocks). */
    static byte[] make() {
        return new TokenCode().function();
    }

    private byte[] function() {
        code.vector(VPXORD, ZERO, ZERO, ZERO);
        constant(MAGNITUDE, Integer.MAX_VALUE);
        constant(LARGEST, Float.floatToRawIntBits(ByteBlock.LARGEST));
        constant(SMALLEST, Float.floatToRawIntBits(ByteBlock.SMALLEST));
        constant(ONE, Float.floatToRawIntBits(1));
        int loop = code.position();
        block();
        code.add(RDI, 4 * TokenRecords.BLOCK);
        code.add(RSI, TokenRecords.RECORD);
        code.dec(RDX);
        code.jnz(loop);
        code.vzeroupper();
        code.ret();
        return code.bytes();
    }

    private void constant(int vector, int bits) {
        code.mov(RAX, bits);
        code.vpbroadcastd(vector, RAX);
    }

    private void block() {
        code.vector(VMOVUPS, FIRST, 0, Address.of(RDI, 0));
        code.vector(VMOVUPS, SECOND, 0, Address.of(RDI, VECTOR));
        code.vector(VPANDD, SCALE, MAGNITUDE, FIRST);
        code.vector(VPANDD, OTHER, MAGNITUDE, SECOND);
        code.vector(VPMAXSD, SCALE, SCALE, OTHER);
        reduce(VPMAXSD, SCALE);
        code.vector(VDIVSS, SCALE, SCALE, LARGEST);
        code.vector(VPMAXSD, SCALE, SCALE, SMALLEST);
        code.vector(VDIVSS, INVERSE, ONE, SCALE);
        code.vector(VBROADCASTSS, INVERSE, 0, INVERSE);
        round(FIRST, TokenRecords.CODES);
        round(SECOND, TokenRecords.CODES + TokenRecords.BLOCK / 2);
        reduce(VPADDD, FIRST);
        reduce(VPADDD, SECOND);
        code.vector(VPADDD, SUM, FIRST, SECOND);
        start(FIRST, TokenRecords.START_OF_HALF);
        start(SECOND, TokenRecords.START_OF_HALF + 4);
        start(SUM, TokenRecords.START);
        code.vector(VCVTDQ2PS, SUM, 0, SUM);
        code.vector(VMULPS, SUM, SUM, SCALE);
        code.storeLowest(Address.of(RSI, TokenRecords.SUM), SUM);
        code.storeLowest(Address.of(RSI, TokenRecords.SCALE), SCALE);
    }

    private void round(int half, int to) {
        code.vector(VMULPS, half, half, INVERSE);
        code.vector(VCVTPS2DQ, half, 0, half);
        code.storeBytes(Address.of(RSI, to), half);
    }

    /** All lanes' sum or maximum, in all lanes. */
    private void reduce(Instruction instruction, int vector) {
        for (Instruction shuffle : new Instruction[] {VSHUFF32X4, VPERMILPS}) {
            int first = shuffle == VSHUFF32X4 ? vector : 0;
            for (int order : new int[] {HALVES_SWAPPED, NEIGHBOURS_SWAPPED}) {
                code.vector(shuffle, OTHER, first, vector, order);
                code.vector(instruction, vector, vector, OTHER);
            }
        }
    }

    /** Stores -8 times a sum. */
    private void start(int sum, int to) {
        code.vector(VPSUBD, OTHER, ZERO, sum);
        code.vpslld(OTHER, OTHER, 3);
        code.storeLowest(Address.of(RSI, to), OTHER);
    }
}
