package dev.loupe.engine.backend.vector.x86;

import java.io.ByteArrayOutputStream;

/**
 * Machine code for CPUs with x86-64, as far as kernels need it: for instructions that Java has no word for.
 *
 * <p>Registers of vectors are numbers, 0 to 31, of 512 bits. Source: Intel 64 and IA-32 Architectures Software
 * Developer's Manual, volume 2: 2.7 (the EVEX prefix) and the instructions' pages.
 */
public final class Assembler {
    /**
     * Registers of 64 bits, those that a function may change without keeping them and the stack's, by their numbers.
     */
    public enum Register {
        RAX,
        RCX,
        RDX,
        RBX,
        RSP,
        RBP,
        RSI,
        RDI,
        R8,
        R9,
        R10,
        R11;

        private int low() {
            return ordinal() & 7;
        }

        private int high() {
            return ordinal() >> 3;
        }
    }

    /** Instructions on vectors that have a result and one or two sources, the last from memory if need be. */
    public enum Instruction {
        /** Loads 16 floats. */
        VMOVUPS(1, 0, 0x10),
        /** A number of 32 bits for all lanes. */
        VPBROADCASTD(2, 1, 0x58),
        /** result += 4 products of unsigned bytes of the first and signed bytes of the second source. */
        VPDPBUSD(2, 1, 0x50),
        /** Bits in both. */
        VPANDD(1, 1, 0xDB),
        /** Bits in either. */
        VPORD(1, 1, 0xEB),
        /** Bits in one of them. */
        VPXORD(1, 1, 0xEF),
        /** Sums of integers. */
        VPADDD(1, 1, 0xFE),
        /** The second source's lanes, at the indices of the first. */
        VPERMD(2, 1, 0x36),
        /** 16 numbers of fp16 as floats. */
        VCVTPH2PS(2, 1, 0x13),
        /** Integers as floats. */
        VCVTDQ2PS(1, 0, 0x5B),
        /** Floats as integers, rounded, ties to even. */
        VCVTPS2DQ(1, 1, 0x5B),
        /** The lowest lane for all. */
        VBROADCASTSS(2, 1, 0x18),
        /** Quarters of both sources, by two bits of a number for each of the result's; two from the first. */
        VSHUFF32X4(3, 1, 0x23),
        /** Lanes within quarters, by two bits of a number for each. */
        VPERMILPS(3, 1, 0x04),
        /** The larger of both signed integers. */
        VPMAXSD(2, 1, 0x3D),
        /** The lowest lanes' quotient. */
        VDIVSS(1, 2, 0x5E),
        /** Differences of integers. */
        VPSUBD(1, 1, 0xFA),
        /** Products. */
        VMULPS(1, 0, 0x59),
        /** result += first * second, rounded once. */
        VFMADD231PS(2, 1, 0xB8);

        private final int map;
        private final int prefix;
        private final int code;

        Instruction(int map, int prefix, int code) {
            this.map = map;
            this.prefix = prefix;
            this.code = code;
        }
    }

    /**
     * base + scale * index + offset.
     *
     * @param index may be null
     * @param scale 1, 2, 4 or 8
     */
    public record Address(Register base, Register index, int scale, int offset) {
        /** Without an index. */
        public static Address of(Register base, int offset) {
            return new Address(base, null, 1, offset);
        }
    }

    private static final int VECTOR = 64;
    private static final int HALF = 32;
    private static final int QUARTER = 16;
    private static final int WORD = 4;
    private static final int NONE = 0; // as a source: its field is all ones

    private final ByteArrayOutputStream code = new ByteArrayOutputStream();

    /** The code so far. */
    public byte[] bytes() {
        return code.toByteArray();
    }

    /** Where the next instruction begins. */
    public int position() {
        return code.size();
    }

    /** {@code result = instruction(first, second)}; {@code first} is 0 if there is one source only. */
    public void vector(Instruction instruction, int result, int first, int second) {
        prefix(instruction, result, first, second >> 3 & 1, second >> 4 & 1, false);
        put(instruction.code, 0xC0 | (result & 7) << 3 | second & 7);
    }

    /** As {@link #vector(Instruction, int, int, int)}, with a vector in memory. */
    public void vector(Instruction instruction, int result, int first, Address second) {
        int unit = switch (instruction) {
            case VPBROADCASTD -> WORD;
            case VCVTPH2PS -> HALF;
            default -> VECTOR;
        };
        memory(instruction, instruction.code, result, first, second, unit, false);
    }

    /** As {@link #vector(Instruction, int, int, int)}, with 32 bits of memory for all lanes. */
    public void broadcast(Instruction instruction, int result, int first, Address second) {
        memory(instruction, instruction.code, result, first, second, WORD, true);
    }

    /** Stores 16 floats. */
    public void store(Address to, int vector) {
        memory(Instruction.VMOVUPS, 0x11, vector, NONE, to, VECTOR, false);
    }

    /** As {@link #vector(Instruction, int, int, int)}, with a number that says how. */
    public void vector(Instruction instruction, int result, int first, int second, int number) {
        vector(instruction, result, first, second);
        put(number);
    }

    /** Stores the lowest lane. */
    public void storeLowest(Address to, int vector) {
        memory(Instruction.VDIVSS, 0x11, vector, NONE, to, WORD, false);
    }

    /** Stores the lowest bytes of all lanes. */
    public void storeBytes(Address to, int vector) {
        evex(2, 2, vector, to.base.high(), 0, vector >> 4, NONE, false);
        put(0x31);
        operand(vector & 7, to, QUARTER);
    }

    /** Lanes of a vector shifted to the left. */
    public void vpslld(int result, int source, int bits) {
        shift(6, result, source, bits);
    }

    /** Lanes of a vector shifted to the right with their sign. */
    public void vpsrad(int result, int source, int bits) {
        shift(4, result, source, bits);
    }

    /** Lanes of a vector in memory shifted to the right with their sign. */
    public void vpsrad(int result, Address source, int bits) {
        shift(4, result, source, VECTOR, bits);
    }

    /** Lanes of a vector in memory shifted to the right, zeros from the left. */
    public void vpsrld(int result, Address source, int bits) {
        shift(2, result, source, VECTOR, bits);
    }

    /** Lanes of a vector in memory shifted to the left. */
    public void vpslld(int result, Address source, int bits) {
        shift(6, result, source, VECTOR, bits);
    }

    /** 32 bits of memory, shifted to the left, for all lanes. */
    public void broadcastVpslld(int result, Address source, int bits) {
        shift(6, result, source, WORD, bits);
    }

    /** 32 bits of memory, shifted to the right with their sign, for all lanes. */
    public void broadcastVpsrad(int result, Address source, int bits) {
        shift(4, result, source, WORD, bits);
    }

    private void shift(int extension, int result, int source, int bits) {
        evex(1, 1, 0, source >> 3 & 1, source >> 4 & 1, 0, result, false);
        put(0x72, 0xC0 | extension << 3 | source & 7, bits);
    }

    private void shift(int extension, int result, Address at, int unit, int bits) {
        int index = at.index == null ? 0 : at.index.high();
        evex(1, 1, 0, at.base.high(), index, 0, result, unit == WORD);
        put(0x72);
        operand(extension, at, unit);
        put(bits);
    }

    /** A general register's low half for all lanes. */
    public void vpbroadcastd(int result, Register source) {
        evex(2, 1, result, source.high(), 0, result >> 4, NONE, false);
        put(0x7C, 0xC0 | (result & 7) << 3 | source.low());
    }

    /** Asks for a line of memory; no address is an error. */
    public void prefetcht0(Address address) {
        if (address.base.high() == 1) {
            put(0x41);
        }
        put(0x0F, 0x18);
        operand(1, address, 1);
    }

    /** A number from memory. */
    public void mov(Register result, Address source) {
        put(0x48 | result.high() << 2 | source.base.high(), 0x8B);
        operand(result.low(), source, 1);
    }

    /** A number of 32 bits. */
    public void mov(Register result, int number) {
        put(0x48 | result.high(), 0xC7, 0xC0 | result.low());
        word(number);
    }

    /** result = base + scale * index + offset. */
    public void lea(Register result, Address source) {
        int index = source.index == null ? 0 : source.index.high();
        put(0x48 | result.high() << 2 | index << 1 | source.base.high(), 0x8D);
        operand(result.low(), source, 1);
    }

    /** result += number. */
    public void add(Register result, Register number) {
        put(0x48 | number.high() << 2 | result.high(), 0x01, 0xC0 | number.low() << 3 | result.low());
    }

    /** result += a number from memory. */
    public void add(Register result, Address source) {
        put(0x48 | result.high() << 2 | source.base.high(), 0x03);
        operand(result.low(), source, 1);
    }

    /** result += number. */
    public void add(Register result, int number) {
        put(0x48 | result.high(), 0x81, 0xC0 | result.low());
        word(number);
    }

    /** result -= 1, and remembers whether it is 0. */
    public void dec(Register result) {
        put(0x48 | result.high(), 0xFF, 0xC8 | result.low());
    }

    /** Goes on at {@code position} unless the last result was 0. */
    public void jnz(int position) {
        put(0x0F, 0x85);
        word(position - (position() + 4));
    }

    /** Zeroes the upper parts of vectors, or code of 128 bits that follows would be slow. */
    public void vzeroupper() {
        put(0xC5, 0xF8, 0x77);
    }

    /** The end of a function. */
    public void ret() {
        put(0xC3);
    }

    private void prefix(Instruction i, int result, int first, int base, int index, boolean broadcast) {
        evex(i.map, i.prefix, result, base, index, result >> 4, first, broadcast);
    }

    /** P0: R X B R' 0 m m m; P1: W v v v v 1 p p; P2: z L' L b V' a a a; all registers' bits inverted. */
    private void evex(int map, int pp, int result, int b, int x, int high, int source, boolean broadcast) {
        int r = result >> 3 & 1;
        put(
                0x62,
                (~r & 1) << 7 | (~x & 1) << 6 | (~b & 1) << 5 | (~high & 1) << 4 | map,
                (~source & 15) << 3 | 4 | pp,
                2 << 5 | (broadcast ? 1 << 4 : 0) | (~(source >> 4) & 1) << 3);
    }

    private void memory(Instruction i, int op, int result, int first, Address at, int unit, boolean broadcast) {
        int index = at.index == null ? 0 : at.index.high();
        prefix(i, result, first, at.base.high(), index, broadcast);
        put(op);
        operand(result & 7, at, unit);
    }

    /** ModR/M, SIB and displacement; one of 8 bits counts in {@code unit}. */
    private void operand(int register, Address at, int unit) {
        boolean sib = at.index != null || at.base == Register.RSP;
        int mode = at.offset == 0 ? 0 : at.offset % unit == 0 && fits(at.offset / unit) ? 1 : 2;
        put(mode << 6 | register << 3 | (sib ? 4 : at.base.low()));
        if (sib) {
            int index = at.index == null ? 4 : at.index.low();
            put(Integer.numberOfTrailingZeros(at.scale) << 6 | index << 3 | at.base.low());
        }
        if (mode == 1) {
            put(at.offset / unit);
        } else if (mode == 2) {
            word(at.offset);
        }
    }

    private static boolean fits(int number) {
        return number == (byte) number;
    }

    private void put(int... bytes) {
        for (int b : bytes) {
            code.write(b);
        }
    }

    private void word(int number) {
        put(number, number >> 8, number >> 16, number >> 24);
    }
}
