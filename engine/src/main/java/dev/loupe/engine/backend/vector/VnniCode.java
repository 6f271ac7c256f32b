package dev.loupe.engine.backend.vector;

import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VCVTDQ2PS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VFMADD231PS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VMOVUPS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VMULPS;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPANDD;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPBROADCASTD;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPDPBUSD;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPERMD;
import static dev.loupe.engine.backend.vector.x86.Assembler.Instruction.VPORD;
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
 * The machine code of {@link VnniKernel} for a layout and a number of tokens: what AVX-512 VNNI has an instruction for,
 * four products of bytes and their sum in each lane of 32 bits, lanes being the rows of a tile.
 *
 * <p>Registers: of each token two vectors of integer sums, from 0, and two of results, after them; four for codes, one
 * for what all lanes share, two for masks.
 */
final class VnniCode {
    /** Most tokens of a call: the registers that there are. */
    static final int TOKENS = 6;

    private static final int VECTOR = 64;
    private static final int VECTORS = TileKernel.WORDS / VECTOR;
    private static final int CODES = 4 * TOKENS;
    private static final int HIGH = CODES + VECTORS;
    private static final int SHARED = HIGH + VECTORS;
    private static final int LOW_MASK = SHARED + 1;
    private static final int HIGH_MASK = LOW_MASK + 1; // or the table of bits side by side

    /** Tokens for which codes come from memory rather than from the cache. */
    private static final int READING = 4;

    private final Assembler code = new Assembler();
    private final BlockLayout layout;
    private final int tokens;
    private final int share;

    private VnniCode(BlockLayout layout, int tokens) {
        this.layout = layout;
        this.tokens = tokens;
        share = layout.scales().columns();
    }

    /**
     * A function (codes, x, bytes from a token of x to the next, d, m, out, blocks, where in out,
     * {@link BlockLayout#spread}): as {@link VnniKernel} says, for {@code tokens} tokens.
     */
    static byte[] of(BlockLayout layout, int tokens) {
        return new VnniCode(layout, tokens).function();
    }

    private byte[] function() {
        code.mov(RAX, Address.of(RSP, 24));
        masks();
        code.mov(RAX, Address.of(RSP, 8));
        code.add(R9, Address.of(RSP, 16));
        code.lea(R10, new Address(RDX, RDX, 2, 0));
        code.lea(R11, new Address(RDX, RDX, 4, 0));
        for (int i = 0; i < VECTORS * tokens; i++) {
            code.vector(VMOVUPS, result(i), 0, Address.of(R9, VECTOR * i));
        }
        int loop = code.position();
        block();
        code.dec(RAX);
        code.jnz(loop);
        for (int i = 0; i < VECTORS * tokens; i++) {
            code.store(Address.of(R9, VECTOR * i), result(i));
        }
        code.vzeroupper();
        code.ret();
        return code.bytes();
    }

    private int result(int i) {
        return VECTORS * tokens + i;
    }

    private void masks() {
        if (layout.high().step() == 1) {
            code.vector(VMOVUPS, HIGH_MASK, 0, Address.of(RAX, 0));
        } else if (layout.high().bits() > 0) {
            code.mov(RAX, layout.high().mask() << layout.low().bits());
            code.vpbroadcastd(HIGH_MASK, RAX);
        }
        code.mov(RAX, layout.low().mask());
        code.vpbroadcastd(LOW_MASK, RAX);
    }

    private void block() {
        int columns = layout.dtype().blockElements();
        for (int column = 0; column < columns; column += Plane.GROUP) {
            if (column % share == 0) {
                start(column);
            }
            prefetch(column, columns);
            unpack(column);
            products(column);
            if ((column + Plane.GROUP) % share == 0) {
                scale(column / share, column);
            }
        }
        int scales = columns / share * TileKernel.WORDS;
        code.add(RDI, (int) layout.codesSize());
        code.add(RSI, columns / TokenRecords.BLOCK * TokenRecords.RECORD);
        code.add(RCX, scales);
        if (!centred()) {
            code.add(R8, scales);
        }
    }

    private boolean centred() {
        return layout.scales().zero().isPresent();
    }

    /** Sums begin with what the middle of the codes, times the activations, takes from them. */
    private void start(int column) {
        for (int t = 0; t < tokens; t++) {
            for (int v = 0; v < VECTORS; v++) {
                int sum = VECTORS * t + v;
                if (centred()) {
                    begin(sum, t, column);
                } else {
                    code.vector(VPXORD, sum, sum, sum);
                }
            }
        }
    }

    private void begin(int sum, int token, int column) {
        int half = TokenRecords.START_OF_HALF + 4 * (column % TokenRecords.BLOCK / share);
        Address start = token(token, column, share == TokenRecords.BLOCK ? TokenRecords.START : half);
        int shift = Integer.numberOfTrailingZeros(layout.scales().zero().getAsInt()) - 3;
        if (shift == 0) {
            code.vector(VPBROADCASTD, sum, 0, start);
        } else if (shift > 0) {
            code.broadcastVpslld(sum, start, shift);
        } else {
            code.broadcastVpsrad(sum, start, -shift);
        }
    }

    private void prefetch(int column, int columns) {
        if (!Cpu.INTEL || tokens > READING) {
            return;
        }
        long from = layout.codesSize() * column / columns / VECTOR;
        long to = layout.codesSize() * (column + Plane.GROUP) / columns / VECTOR;
        for (long line = from; line < to; line++) {
            code.prefetcht0(Address.of(RDI, (int) line * VECTOR + Prefetch.LINE_DISTANCE));
        }
    }

    /** The codes of four columns, a byte each, for all rows. */
    private void unpack(int column) {
        Plane low = layout.low();
        Plane high = layout.high();
        for (int v = 0; v < VECTORS; v++) {
            int codes = CODES + v;
            int bits = HIGH + v;
            Address word = word(low, column, v);
            if (low.bits() == 8) {
                code.vector(VMOVUPS, codes, 0, word);
            } else if (shift(low, column) == 0) {
                code.vector(VPANDD, codes, LOW_MASK, word);
            } else {
                code.vpsrld(codes, word, shift(low, column));
                code.vector(VPANDD, codes, LOW_MASK, codes);
            }
            if (high.bits() == 0) {
                continue;
            }
            if (high.step() == 1) {
                code.vpsrld(
                        bits,
                        Address.of(RDI, (high.first() + column / 32) * TileKernel.WORDS + v * VECTOR),
                        column % 32);
                code.vector(VPERMD, bits, bits, HIGH_MASK);
            } else {
                int up = low.bits() - shift(high, column);
                if (up >= 0) {
                    code.vpslld(bits, word(high, column, v), up);
                } else {
                    code.vpsrld(bits, word(high, column, v), -up);
                }
                code.vector(VPANDD, bits, HIGH_MASK, bits);
            }
            code.vector(VPORD, codes, codes, bits);
        }
    }

    /** The word that has a plane's bits of four columns. */
    private static Address word(Plane plane, int column, int v) {
        int span = span(plane);
        int word = plane.first() + column / span * (plane.run() / 4) + column % plane.run() / 4;
        return Address.of(RDI, word * TileKernel.WORDS + v * VECTOR);
    }

    private static int shift(Plane plane, int column) {
        return column % span(plane) / plane.run() * plane.bits();
    }

    private static int span(Plane plane) {
        return plane.run() * (8 / plane.bits());
    }

    private void products(int column) {
        for (int t = 0; t < tokens; t++) {
            code.vector(VPBROADCASTD, SHARED, 0, token(t, column, TokenRecords.CODES + column % TokenRecords.BLOCK));
            for (int v = 0; v < VECTORS; v++) {
                code.vector(VPDPBUSD, VECTORS * t + v, CODES + v, SHARED);
            }
        }
    }

    /** Adds the sums of a scale's columns to the results. */
    private void scale(int scale, int column) {
        int at = scale * TileKernel.WORDS;
        for (int v = 0; v < VECTORS; v++) {
            code.vector(VMOVUPS, CODES + v, 0, Address.of(RCX, at + v * VECTOR));
        }
        for (int t = 0; t < tokens; t++) {
            for (int v = 0; v < VECTORS; v++) {
                int sum = VECTORS * t + v;
                code.vector(VCVTDQ2PS, sum, 0, sum);
                code.broadcast(VMULPS, HIGH + v, CODES + v, token(t, column, TokenRecords.SCALE));
                code.vector(VFMADD231PS, result(sum), sum, HIGH + v);
            }
        }
        if (!centred()) {
            for (int v = 0; v < VECTORS; v++) {
                code.vector(VMOVUPS, CODES + v, 0, Address.of(R8, at + v * VECTOR));
                for (int t = 0; t < tokens; t++) {
                    code.broadcast(VFMADD231PS, result(VECTORS * t + v), CODES + v, token(t, column, TokenRecords.SUM));
                }
            }
        }
    }

    /** What a token has at {@code offset} of the record of a column. */
    private static Address token(int token, int column, int offset) {
        int at = column / TokenRecords.BLOCK * TokenRecords.RECORD + offset;
        return switch (token) {
            case 0 -> Address.of(RSI, at);
            case 3 -> new Address(RSI, R10, 1, at);
            case 5 -> new Address(RSI, R11, 1, at);
            default -> new Address(RSI, RDX, token, at);
        };
    }
}
