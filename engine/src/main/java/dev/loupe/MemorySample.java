package dev.loupe;

import dev.loupe.engine.trace.MemoryUse;

/** The ledger while a model ran as a dtype on a device. */
public record MemorySample(String dtype, String device, MemoryUse memory) {}
