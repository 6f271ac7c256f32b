package dev.loupe.kernel.view;

import java.util.function.LongSupplier;

/**
 * A text that grows in a view that changes in place: many small pieces make few updates.
 *
 * <p>Pieces with a probability are shaded by surprise, and tell it on hover. Invariant: at most 25 updates a second,
 * each with whole characters; {@link #end} shows all of the text, and nothing that was there meanwhile.
 */
public final class StreamedText implements Output.Text {
    private static final long BETWEEN_NANOS = 40_000_000;
    private static final double STRONGEST = 0.6;
    private static final String TOKEN = "<span title=\"%s\" style=\"%s\">%s</span>";

    private final Output.Live live;
    private final LongSupplier clock;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder html = new StringBuilder();
    private View meanwhile = View.column();
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
        append(piece, Double.NaN);
    }

    @Override
    public void append(String piece, double probability) {
        text.append(piece);
        html.append(
                Double.isNaN(probability)
                        ? View.escape(piece)
                        : TOKEN.formatted(
                                Shade.percent(probability),
                                Shade.behind(STRONGEST * (1 - probability)),
                                View.escape(piece)));
        if (!piece.isEmpty()) {
            update();
        }
    }

    @Override
    public void meanwhile(View view) {
        meanwhile = view;
        update();
    }

    private void update() {
        long now = clock.getAsLong();
        if (now - next >= 0) {
            next = now + BETWEEN_NANOS;
            live.update(View.column(written(), meanwhile));
        }
    }

    @Override
    public void end(String note) {
        live.finish(View.column(written(), View.note(note)));
    }

    private View written() {
        return View.text(text.toString(), html.toString());
    }
}
