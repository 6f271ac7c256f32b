package dev.loupe.kernel.view;

import java.util.function.LongSupplier;

/**
 * A text that grows in a view that changes in place: many small pieces make few updates.
 *
 * <p>Invariant: at most 25 updates a second, each with whole characters; {@link #end} shows all of the text.
 */
public final class StreamedText implements Output.Text {
    private static final long BETWEEN_NANOS = 40_000_000;

    private final Output.Live live;
    private final LongSupplier clock;
    private final StringBuilder text = new StringBuilder();
    private long next;

    public StreamedText(Output.Live live) {
        this(live, System::nanoTime);
    }

    StreamedText(Output.Live live, LongSupplier clock) {
        this.live = live;
        this.clock = clock;
        this.next = clock.getAsLong();
    }

    @Override
    public void append(String piece) {
        text.append(piece);
        long now = clock.getAsLong();
        if (now - next >= 0 && !piece.isEmpty()) {
            next = now + BETWEEN_NANOS;
            live.update(View.text(text.toString()));
        }
    }

    @Override
    public void end(String note) {
        live.finish(View.column(View.text(text.toString()), View.note(note)));
    }
}
