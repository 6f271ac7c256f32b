package dev.loupe.kernel.command;

import dev.loupe.Llm;
import dev.loupe.Run;
import dev.loupe.Status;
import dev.loupe.engine.ops.Mask;
import dev.loupe.kernel.view.MaskView;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.Views;
import java.util.List;

/** What a switch of attention or cache shows: what is on now, and what becomes of the conversation. */
final class Switched {
    /** Tokens in a picture at most, beyond a run's. */
    private static final int MOST = 4_096;

    private Switched() {}

    /** @param readsAgain whether the conversation's cache was emptied */
    static Status show(NotebookSession session, boolean readsAgain) {
        Llm llm = session.llm();
        Status status = llm.status();
        String stays = llm.conversation().isEmpty()
                ? ""
                : llm.attention().readsWhole()
                        ? "; the conversation stays, every turn reads it again"
                        : readsAgain
                                ? "; the conversation stays, its next turn reads it again"
                                : "; the conversation stays, its cache too";
        session.output().show(View.column(View.text(status.attention() + stays), Views.notes(status.notes())));
        return status;
    }

    /** Shows which keys queries see: of the last run, or of a sequence long enough for the window to matter. */
    static void picture(NotebookSession session) {
        List<Run> runs = session.llm().runs();
        if (!runs.isEmpty()) {
            Run last = runs.getLast();
            int length = last.promptIds().length + last.ids().length;
            Mask window = session.llm().attention().plan().window();
            session.output()
                    .show(
                            window == null
                                    ? MaskView.of(length, Mask.causal())
                                    : MaskView.of(Math.max(length, Math.min(MOST, 3 * window.window())), window));
        }
    }
}
