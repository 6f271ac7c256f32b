package dev.loupe;

import java.nio.file.Path;
import java.util.List;

/**
 * The conversations of a loaded model: forked, taken back, saved to files. {@link Llm#chat} goes on with the current
 * one; the first is called main.
 *
 * <p>Works as {@link Llm} does: one piece of work at a time. Invariant: a fork, a rewound and a loaded session go on as
 * one that has read the same turns.
 */
public final class Sessions {
    private final Llm llm;
    private final Placement placement;
    private final Chats chats;

    Sessions(Llm llm, Placement placement, Chats chats) {
        this.llm = llm;
        this.placement = placement;
        this.chats = chats;
    }

    /**
     * A conversation.
     *
     * @param name given to the fork; main for the first
     * @param current whether {@link Llm#chat} goes on with it
     * @param turns messages with their answers
     * @param cachedTokens tokens whose keys and values are kept
     * @param bytes that these take
     */
    public record Entry(String name, boolean current, int turns, int cachedTokens, long bytes) {}

    /** All of them, in the order made. */
    public List<Entry> list() {
        synchronized (llm) {
            llm.begin();
            return chats.named().entrySet().stream()
                    .map(each -> entry(each.getKey(), each.getValue()))
                    .toList();
        }
    }

    private Entry entry(String name, Chat chat) {
        var held = chat.session().info();
        return new Entry(name, name.equals(chats.name()), chat.turns(), held.length(), held.bytes());
    }

    /** Copies the current session under a new name and goes on with the copy. Returns this. */
    public Sessions fork(String name) {
        return change(() -> chats.fork(name));
    }

    /** Goes on with another session. Returns this. */
    public Sessions use(String name) {
        return change(() -> chats.use(name));
    }

    /** Gives back a session, and the memory of its cache; if it was the current one, main is. Returns this. */
    public Sessions drop(String name) {
        return change(() -> chats.drop(name));
    }

    /** Takes the last turns of the current session back. Returns this. */
    public Sessions rewind(int turns) {
        return change(() -> chats.current().rewind(turns));
    }

    /** Writes the current session, turns and cache, to a file, replacing one of that name. Returns its path. */
    public Path save(String file) {
        synchronized (llm) {
            llm.begin();
            return SessionFile.write(file, chats, identity());
        }
    }

    /**
     * Lets a saved session take the place of the current one. Returns this.
     *
     * @throws dev.loupe.engine.LoupeException if it is damaged, or of another model or other switches; then nothing
     *     changes
     */
    public Sessions load(String file) {
        return change(() -> SessionFile.read(file, chats, identity(), placement.vocabularySize()));
    }

    private Sessions change(Runnable change) {
        synchronized (llm) {
            llm.begin();
            change.run();
            return this;
        }
    }

    /** What keys and values depend on besides the text and the cache's plan. */
    private String identity() {
        return "%s (%,d bytes) as %s on %s, %s"
                .formatted(
                        llm.name(),
                        placement.files().bytes(),
                        placement.dtype(),
                        placement.backend().device(),
                        placement.attention());
    }
}
