package dev.loupe.engine.cache;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Pages of keys and values, all of one size, taken as sequences grow and used again when they shrink (PagedAttention's
 * blocks, arXiv:2309.06180).
 *
 * <p>Memory is taken for a block of pages at a time. Pages are lent from one block until it has none left, then from
 * the one that has most: so what a compression keeps moves together, and the other blocks can be given back. Invariant:
 * a page is lent once until it comes back.
 */
final class PagePool implements AutoCloseable {
    static final int PAGE_TOKENS = 64;

    private final Backend backend;
    private final CacheFormat format;
    private final Shape keyShape;
    private final Shape valueShape;
    private final int pagesOfBlock;
    private final LongConsumer ledger;
    private final List<Block> blocks = new ArrayList<>();
    private Block current;

    PagePool(Backend backend, CacheFormat format, int kvHeads, int headDim, int pagesOfBlock, LongConsumer ledger) {
        this.backend = backend;
        this.format = format;
        this.pagesOfBlock = pagesOfBlock;
        this.ledger = ledger;
        valueShape = new Shape(kvHeads, PAGE_TOKENS, headDim);
        keyShape = KvView.byDimension(format.keys()) ? new Shape(kvHeads, headDim, PAGE_TOKENS) : valueShape;
    }

    /** Keys and values of {@value #PAGE_TOKENS} slots of a layer. */
    record Page(Tensor keys, Tensor values, Block block) {}

    /** Pages whose memory is given back together. */
    private static final class Block {
        private final Backend.Memory memory;
        private final Deque<Page> free = new ArrayDeque<>();

        Block(Backend.Memory memory) {
            this.memory = memory;
        }

        int free() {
            return free.size();
        }
    }

    Page take() {
        if (current == null || current.free() == 0) {
            current = blocks.stream()
                    .max(Comparator.comparingInt(Block::free))
                    .filter(block -> block.free() > 0)
                    .orElseGet(this::grow);
        }
        return current.free.pop();
    }

    private Block grow() {
        var block = new Block(backend.memory(ledger));
        blocks.add(block);
        for (int i = 0; i < pagesOfBlock; i++) {
            Tensor keys = block.memory.allocate(keyShape, format.keys());
            Tensor values = block.memory.allocate(valueShape, format.values());
            block.free.add(new Page(keys, values, block));
        }
        return block;
    }

    void giveBack(Page page) {
        page.block().free.push(page);
    }

    /** Gives the memory of blocks back of which no page is lent. */
    void shrink() {
        current = null;
        blocks.removeIf(block -> {
            boolean unused = block.free() == pagesOfBlock;
            if (unused) {
                block.memory.close();
            }
            return unused;
        });
    }

    /** Bytes of a page. */
    long pageBytes() {
        return format.keys().bytes(keyShape.elements()) + format.values().bytes(valueShape.elements());
    }

    /** Bytes taken from the backend. */
    long bytes() {
        return pageBytes() * pagesOfBlock * blocks.size();
    }

    @Override
    public void close() {
        blocks.forEach(block -> block.memory.close());
        blocks.clear();
    }
}
