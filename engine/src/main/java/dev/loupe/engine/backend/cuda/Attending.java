package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.ops.AttentionSpec;

/**
 * Launches attention: keys of a query are split among blocks, so that a single token too fills the device.
 *
 * <p>Invariant: into how many splits depends on the heads alone, and with the query's position decides its sums.
 */
final class Attending {
    private static final int WARPS = 4;
    private static final int MOST_SPLITS = 64;
    private static final int MOST_HEADS_AT_ONCE = 8;
    private static final int MOST_HEAD_DIM = 512;
    private static final int MOST_FLASH_DIM = 256;
    private static final long PARTIAL_BYTES = 32L << 20;

    /** Most bytes of shared memory with which pages are copied there: with more, too few blocks would find room. */
    private static final int MOST_STAGED = 80 << 10;

    private final CudaDevice device;
    private final DeviceMemory memory;
    private final Runnable moved;
    private long partials;
    private long partialBytes;
    private long counters;
    private int counterCount;

    Attending(CudaDevice device, DeviceMemory memory, Runnable moved) {
        this.device = device;
        this.memory = memory;
        this.moved = moved;
    }

    /** Whether the kernels here read this cache for this attention. */
    static boolean serves(PageTable pages, AttentionSpec spec, boolean compiled) {
        return spec.headDim() <= (compiled ? MOST_HEAD_DIM : ShippedKernels.MOST_HEAD_DIM) && pages.fast(spec);
    }

    void launch(Verb.Attend attend) {
        AttentionSpec spec = attend.spec();
        int tokens = (int) attend.q().shape().rows();
        if (tokens > Products.FEW_TOKENS && byTensorCores(attend)) {
            flash(attend, tokens);
            return;
        }
        int together = 1;
        while (together < Math.min(spec.group(), MOST_HEADS_AT_ONCE)) {
            together *= device.kernels().compiled() ? 2 : MOST_HEADS_AT_ONCE;
        }
        int chunks = (spec.group() + together - 1) / together;
        int groups = spec.kvHeads() * chunks;
        int splits = Math.clamp((4L * device.multiprocessors() + groups - 1) / groups, 1, MOST_SPLITS);
        long partial = 4L * spec.heads() * splits * (spec.headDim() + 2);
        int atOnce = (int) Math.max(1, Math.min(tokens, PARTIAL_BYTES / partial));
        reserve(partial * atOnce, atOnce * groups);
        for (int from = 0; from < tokens; from += atOnce) {
            launch(attend, from, Math.min(atOnce, tokens - from), together, groups, splits);
        }
    }

    private boolean byTensorCores(Verb.Attend attend) {
        int headDim = attend.spec().headDim();
        return device.capability() >= 80
                && headDim % 16 == 0
                && headDim <= MOST_FLASH_DIM
                && (device.kernels().compiled() || ShippedKernels.hasFlash(headDim))
                && flashShared(attend) <= device.sharedBytes();
    }

    /** Bytes of a page of keys and one of values in fp16, fp32 as two of each, with the padding of rows. */
    private static int flashShared(Verb.Attend attend) {
        int headDim = attend.spec().headDim();
        int page = headDim * (PageTable.PAGE_TOKENS + 8) + PageTable.PAGE_TOKENS * (headDim + 8);
        return 2 * page * (attend.pages().halves() ? 1 : 2);
    }

    private void flash(Verb.Attend attend, int tokens) {
        AttentionSpec spec = attend.spec();
        device.arguments()
                .structure()
                .field(attend.pages().keys())
                .field(attend.pages().values())
                .field(attend.position())
                .field(attend.q().data().address())
                .field(attend.out().data().address())
                .field(attend.slopes())
                .field(spec.scale())
                .field(spec.softcap())
                .field(spec.mask().window())
                .field(spec.mask().sinks())
                .field(spec.heads())
                .field(spec.group())
                .field(tokens)
                .field(attend.pages().offset());
        Kernel kernel = device.kernels().get("flash", "flash", attend.pages().macro(), "HEAD_DIM=" + spec.headDim());
        device.launch(kernel, (tokens + 63) / 64, spec.heads(), 1, WARPS * 32, flashShared(attend));
    }

    private void reserve(long bytes, int count) {
        if (bytes > partialBytes) {
            partials = memory.bytes(bytes);
            partialBytes = bytes;
            moved.run();
        }
        if (count > counterCount) {
            counters = memory.bytes(4L * count);
            counterCount = count;
            moved.run();
        }
    }

    private void launch(Verb.Attend attend, int from, int tokens, int together, int groups, int splits) {
        AttentionSpec spec = attend.spec();
        int headDim = spec.headDim();
        int laneDims = 2;
        while (32 * laneDims < headDim) {
            laneDims *= 2;
        }
        Verb.Turn turn = attend.turn();
        long offset = 4L * from * spec.heads() * headDim;
        device.arguments()
                .structure()
                .field(attend.pages().keys())
                .field(attend.pages().values())
                .field(attend.position())
                .field(spec.kvHeads())
                .field(headDim)
                .field(attend.pages().offset())
                .field(attend.q().data().address() + offset)
                .field(attend.out().data().address() + offset)
                .field(attend.slopes())
                .field(turn == null ? 0L : turn.cos())
                .field(turn == null ? 0L : turn.sin())
                .field(turn == null ? 0L : attend.store().keys().data().address())
                .field(turn == null ? 0L : attend.store().values().data().address())
                .field(partials)
                .field(counters)
                .field(spec.scale())
                .field(spec.softcap())
                .field(spec.mask().window())
                .field(spec.mask().sinks())
                .field(spec.heads())
                .field(spec.group())
                .field(splits)
                .field(turn == null ? 0 : turn.pairs())
                .field(from);
        int floats = (together * headDim + 3) / 4 * 4
                + WARPS * together * Math.max(PageTable.PAGE_TOKENS, headDim)
                + (together * PageTable.PAGE_TOKENS + 3) / 4 * 4;
        int staged = 4 * floats + 2 * attend.pages().headBytes(headDim);
        boolean stages = device.kernels().compiled() && device.capability() >= 80 && staged <= MOST_STAGED;
        Kernel kernel = device.kernels()
                .get(
                        "attention",
                        "attend",
                        attend.pages().macro(),
                        "GROUP=" + together,
                        "LANE_DIMS=" + laneDims,
                        32 * laneDims == headDim && device.kernels().compiled() ? "EXACT" : "ANY_DIMS",
                        stages ? "STAGED" : "DIRECT");
        device.launch(kernel, splits, groups, tokens, WARPS * 32, stages ? staged : 4 * floats);
    }
}
