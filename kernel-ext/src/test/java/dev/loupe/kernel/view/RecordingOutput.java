package dev.loupe.kernel.view;

import dev.loupe.viz.Figure;
import java.util.ArrayList;
import java.util.List;

/** Keeps what commands show. */
public final class RecordingOutput implements Output {
    /** Views that stay, in order. */
    public final List<View> shown = new ArrayList<>();

    /** Views that were replaced, in order. */
    public final List<View> passing = new ArrayList<>();

    public final List<Figure> figures = new ArrayList<>();

    /** All plain text that stays. */
    public String plain() {
        return String.join("\n", shown.stream().map(View::plain).toList());
    }

    @Override
    public void show(View view) {
        shown.add(view);
    }

    @Override
    public void show(Figure figure) {
        figures.add(figure);
    }

    @Override
    public Text text() {
        var all = new StringBuilder();
        return new Text() {
            @Override
            public void append(String piece) {
                all.append(piece);
            }

            @Override
            public void end(String note) {
                shown.add(View.column(View.text(all.toString()), View.note(note)));
            }
        };
    }

    @Override
    public Live live() {
        return new Live() {
            @Override
            public void update(View view) {
                passing.add(view);
            }

            @Override
            public void finish(View view) {
                shown.add(view);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public String call(String command, String arguments) {
        return ("%" + command + " " + arguments).strip();
    }
}
