package dev.loupe.kernel.view;

import dev.loupe.viz.Figure;
import java.util.function.Supplier;

/** Where commands show what they do: a notebook's cell, a terminal, a pipe. One implementation a front end. */
public interface Output {
    /** Shows something that stays as it is. */
    void show(View view);

    /** Shows a figure. */
    void show(Figure figure);

    /** Begins a text that is written piece by piece. */
    Text text();

    /** Begins a view that changes in place. */
    Live live();

    /** Runs a command; all that it shows belongs together, and its value has then been seen. */
    default Object run(Supplier<Object> command) {
        return command.get();
    }

    /** How a person calls a command here: {@code %dtype sym_int4} or {@code dtype("sym_int4")}. */
    String call(String command, String arguments);

    /** A text being written. */
    interface Text {
        /** Adds whole characters. */
        void append(String piece);

        /** Adds whole characters, shaded where they can be: the likelier the model held them, the less. */
        default void append(String piece, double probability) {
            append(piece);
        }

        /** Shows this under the text until it ends, where views can change in place. */
        default void meanwhile(View view) {}

        /** Shows all of it, with a note under it, and ends it. */
        void end(String note);
    }

    /** A view that changes in place until it is finished. Closing it unfinished leaves it as it stands, or wipes it. */
    interface Live extends AutoCloseable {
        /** Shows this instead. */
        void update(View view);

        /** Shows this instead, for good. */
        void finish(View view);

        @Override
        void close();
    }
}
