package dev.loupe.engine.backend.vector.x86;

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
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.backend.vector.x86.Assembler.Address;
import dev.loupe.engine.backend.vector.x86.Assembler.Instruction;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The bytes that GNU's assembler makes of the same instructions. Where it would take the shorter form of 128 bits for
 * single lanes, those of 512 stand here: the length is ignored by them.
 */
class AssemblerTest {
    @Test
    void vectorsInRegisters() {
        is("6212 3d40 50dc", a -> a.vector(Instruction.VPDPBUSD, 11, 24, 28));
        is("6201 1540 dbc9", a -> a.vector(Instruction.VPANDD, 25, 29, 25));
        is("62d1 7540 ebc9", a -> a.vector(Instruction.VPORD, 1, 17, 9));
        is("6201 0540 efff", a -> a.vector(Instruction.VPXORD, 31, 31, 31));
        is("6251 7d40 fec7", a -> a.vector(Instruction.VPADDD, 8, 16, 15));
        is("62b1 3d48 fae2", a -> a.vector(Instruction.VPSUBD, 4, 8, 18));
        is("6202 2d40 36d6", a -> a.vector(Instruction.VPERMD, 26, 26, 30));
        is("62c1 7c48 5be5", a -> a.vector(Instruction.VCVTDQ2PS, 20, 0, 13));
        is("62b1 7d48 5bcf", a -> a.vector(Instruction.VCVTPS2DQ, 1, 0, 23));
        is("62b2 7d48 18db", a -> a.vector(Instruction.VBROADCASTSS, 3, 0, 19));
        is("62f3 6d48 23e2 4e", a -> a.vector(Instruction.VSHUFF32X4, 4, 2, 2, 0x4E));
        is("62b3 7d48 04e2 b1", a -> a.vector(Instruction.VPERMILPS, 4, 0, 18, 0xB1));
        is("6292 6d48 3dd7", a -> a.vector(Instruction.VPMAXSD, 2, 2, 31));
        is("62f1 1e48 5eda", a -> a.vector(Instruction.VDIVSS, 3, 12, 2));
        is("6212 7548 b8ea", a -> a.vector(Instruction.VFMADD231PS, 13, 1, 26));
        is("62b1 5d48 72f4 03", a -> a.vpslld(4, 20, 3));
        is("62b1 5d48 72e4 03", a -> a.vpsrad(4, 20, 3));
        is("62e2 7d48 7cc8", a -> a.vpbroadcastd(17, RAX));
        is("62d2 7d48 7cd9", a -> a.vpbroadcastd(3, R9));
    }

    @Test
    void vectorsFromMemory() {
        is("62f1 7c48 102f", a -> a.vector(Instruction.VMOVUPS, 5, 0, Address.of(RDI, 0)));
        is("6241 7c48 1051 02", a -> a.vector(Instruction.VMOVUPS, 26, 0, Address.of(R9, 128)));
        is("6261 1540 db87 40200000", a -> a.vector(Instruction.VPANDD, 24, 29, Address.of(RDI, 0x2040)));
        is("6262 7d48 1306", a -> a.vector(Instruction.VCVTPH2PS, 24, 0, Address.of(RSI, 0)));
        is("6262 7d48 135e 03", a -> a.vector(Instruction.VCVTPH2PS, 27, 0, Address.of(RSI, 96)));
        is("62f1 3d40 7257 01 04", a -> a.vpsrld(24, Address.of(RDI, 64), 4));
        is("62f1 7d40 7267 01 03", a -> a.vpsrad(16, Address.of(RDI, 64), 3));
        is("62f1 3540 7277 40 02", a -> a.vpslld(25, Address.of(RDI, 4096), 2));
    }

    @Test
    void numbersFromMemoryForAllLanes() {
        is("6262 7d48 5864 96 05", a -> a.vector(Instruction.VPBROADCASTD, 28, 0, new Address(RSI, RDX, 4, 20)));
        is("6221 3c50 5954 16 0d", a -> a.broadcast(Instruction.VMULPS, 26, 24, new Address(RSI, R10, 1, 52)));
        is(
                "6232 3550 b8ac 1e e8030000",
                a -> a.broadcast(Instruction.VFMADD231PS, 13, 25, new Address(RSI, R11, 1, 1000)));
        is("62f1 4d58 7274 56 02 01", a -> a.broadcastVpslld(6, new Address(RSI, RDX, 2, 8), 1));
        is("62f1 4558 7266 03 01", a -> a.broadcastVpsrad(7, Address.of(RSI, 12), 1));
    }

    @Test
    void vectorsToMemory() {
        is("62c1 7c48 1179 0b", a -> a.store(Address.of(R9, 704), 23));
        is("62f1 7e48 1156 01", a -> a.storeLowest(Address.of(RSI, 4), 2));
        is("62e2 7e48 318e 24000000", a -> a.storeBytes(Address.of(RSI, 36), 17));
        is("62d2 7e48 3148 04", a -> a.storeBytes(Address.of(R8, 64), 1));
    }

    @Test
    void numbersAndAddresses() {
        is("48 8b4424 18", a -> a.mov(RAX, Address.of(RSP, 24)));
        is("4d 8b08", a -> a.mov(R9, Address.of(R8, 0)));
        is("48 c7c0 0f0f0f0f", a -> a.mov(RAX, 0x0F0F0F0F));
        is("49 c7c3 ffffffff", a -> a.mov(R11, -1));
        is("4c 8d1452", a -> a.lea(R10, new Address(RDX, RDX, 2, 0)));
        is("4b 8d84c8 00010000", a -> a.lea(RAX, new Address(R8, R9, 8, 256)));
        is("4c 034c24 10", a -> a.add(R9, Address.of(RSP, 16)));
        is("4c 01c1", a -> a.add(RCX, R8));
        is("49 01c1", a -> a.add(R9, RAX));
        is("48 81c7 00020000", a -> a.add(RDI, 512));
        is("0f18 8f 00040000", a -> a.prefetcht0(Address.of(RDI, 1024)));
        is("41 0f18 09", a -> a.prefetcht0(Address.of(R9, 0)));
        is("c5f877 c3", a -> {
            a.vzeroupper();
            a.ret();
        });
    }

    @Test
    void aLoopGoesBackToItsFirstInstruction() {
        is("c3 48ffc8 0f85f7ffffff", a -> {
            a.ret();
            int loop = a.position();
            a.dec(RAX);
            a.jnz(loop);
        });
    }

    private static void is(String hex, Consumer<Assembler> instructions) {
        var assembler = new Assembler();
        instructions.accept(assembler);
        assertEquals(hex.replace(" ", ""), HexFormat.of().formatHex(assembler.bytes()));
    }
}
