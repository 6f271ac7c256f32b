package dev.loupe.engine.cache;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Pages of keys and values, all of one size, taken as sequences grow and used again when they shrink (PagedAttention's
 * blocks, arXiv:2309.06180).
 *
 * <p>Memory is taken for several pages at a time. Invariant: a page is lent once until it comes back.
 */
final class PagePool implements AutoCloseable {
    static final int PAGE_TOKENS = 64;

    private final Backend backend;
    private final CacheFormat format;
    private final Shape keyShape;
    private final Shape valueShape;
    private final int pagesOfBlock;
    private final LongConsumer ledger;
    private final Deque<Page> free = new ArrayDeque<>();
    private final List<Block> blocks = new ArrayList<>();

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
    static final class Block {
        private final Backend.Memory memory;
        private int lent;

        Block(Backend.Memory memory) {
            this.memory = memory;
        }
    }

    Page take() {
        if (free.isEmpty()) {
            grow();
        }
        Page page = free.pop();
        page.block().lent++;
        return page;
    }

    private void grow() {
        var block = new Block(backend.memory(ledger));
        blocks.add(block);
        for (int i = 0; i < pagesOfBlock; i++) {
            free.add(new Page(
                    allocate(block, keyShape, format.keys()), allocate(block, valueShape, format.values()), block));
        }
    }

    private static Tensor allocate(Block block, Shape shape, DType dtype) {
        return block.memory.allocate(shape, dtype);
    }

    void giveBack(Page page) {
        page.block().lent--;
        free.push(page);
    }

    /** Gives the memory of blocks back of which no page is lent. */
    void shrink() {
        free.removeIf(page -> page.block().lent == 0);
        blocks.removeIf(block -> {
            if (block.lent == 0) {
                block.memory.close();
            }
            return block.lent == 0;
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
        free.clear();
    }
}
