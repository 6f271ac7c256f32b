package dev.loupe.engine.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.trace.MemoryLedger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests of a backend beside {@link ReferenceOps}; in the end its ledger must be empty. */
public abstract class BesideReference {
    private final MemoryLedger ledger = new MemoryLedger();
    private Side reference;
    private Side tested;

    /** Opens the backend; aborts the test with the reason where its device is not there. */
    protected abstract Backend open(MemoryLedger ledger);

    @BeforeEach
    final void openBoth() {
        tested = new Side(open(ledger));
        reference = new Side(new ReferenceBackend(new MemoryLedger()));
    }

    @AfterEach
    final void closeBoth() {
        if (tested != null && reference != null) {
            tested.close();
            reference.close();
            assertEquals(0, ledger.snapshot().total(), "bytes not given back");
        }
    }

    protected final Side tested() {
        return tested;
    }

    protected final Side reference() {
        return reference;
    }

    /** That of the tested backend. */
    protected final MemoryLedger ledger() {
        return ledger;
    }
}
