package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.chat.Message;
import dev.loupe.engine.decode.Session;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns, and the session that has read them.
 *
 * <p>Invariant: where the session holds something else than the turns say, that part is not used; a prompt goes on from
 * what both begin with.
 */
final class Chat implements AutoCloseable {
    private final List<Message> messages = new ArrayList<>();
    private Session session;
    private int era;

    /** @param era of the switches under which the session's keys were made */
    Chat(Session session, int era) {
        this.session = session;
        this.era = era;
    }

    List<Message> messages() {
        return messages;
    }

    Session session() {
        return session;
    }

    int era() {
        return era;
    }

    /** Goes on with another session. */
    void use(Session next, int era) {
        session.close();
        session = next;
        this.era = era;
    }

    /** All keys are made anew, under other switches perhaps. */
    void begin(int era) {
        session.rewind(session.length());
        this.era = era;
    }

    /** A chat that goes on from here by itself; its cache is a copy, bit for bit. */
    Chat fork() {
        var fork = new Chat(session.fork(session.length()), era);
        fork.messages.addAll(messages);
        return fork;
    }

    /** Turns, each a message and its answer. */
    int turns() {
        return (int) messages.stream().filter(m -> m.role().equals("assistant")).count();
    }

    /** Forgets the last turns. The session keeps what the next prompt begins with too. */
    void rewind(int turns) {
        if (turns < 1 || turns > turns()) {
            throw new LoupeException(
                    turns() == 0
                            ? "The conversation has no turn to take back; say something first."
                            : "The conversation has %d turns, of which %d cannot be taken back; give 1 to %d."
                                    .formatted(turns(), turns, turns()));
        }
        messages.subList(messages.size() - 2 * turns, messages.size()).clear();
    }

    @Override
    public void close() {
        session.close();
    }
}
