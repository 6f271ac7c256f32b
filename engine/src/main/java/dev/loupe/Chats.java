package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Nearest;
import dev.loupe.engine.decode.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A model's chats by name, one of them the current one, and the session of single prompts.
 *
 * <p>What one of them has read of a prompt, another copies instead of reading it again. Invariant: a copy is made only
 * where it has the bits that reading would give: of keys that were all made as the model runs now.
 */
final class Chats implements AutoCloseable {
    /** The chat that is there from the beginning. */
    static final String MAIN = "main";

    private final Placement placement;
    private final Map<String, Chat> named = new LinkedHashMap<>();
    private final Chat single;
    private String current = MAIN;
    private int era; // counts the switches

    Chats(Placement placement) {
        this.placement = placement;
        single = new Chat(empty(), era);
        named.put(MAIN, new Chat(empty(), era));
    }

    private Session empty() {
        return new Session(placement.newCache());
    }

    Chat current() {
        return named.get(current);
    }

    String name() {
        return current;
    }

    /** All of them, in the order made. */
    Map<String, Chat> named() {
        return named;
    }

    /** What reads prompts that belong to no chat. */
    Chat single() {
        return single;
    }

    /** Makes {@code reader} hold as much of a prompt as any of the chats does. */
    void share(int[] prompt, Chat reader) {
        Chat best = reader;
        for (Chat chat : Stream.concat(named.values().stream(), Stream.of(single))
                .filter(chat -> chat.era() == era)
                .toList()) {
            best = shared(chat, prompt) > shared(best, prompt) ? chat : best;
        }
        if (best != reader) {
            reader.use(best.session().fork(shared(best, prompt)), era);
        } else if (shared(reader, prompt) == 0) {
            reader.begin(era);
        }
    }

    private int shared(Chat chat, int[] prompt) {
        return chat.session().shares(prompt, placement.pass());
    }

    /** The model runs otherwise now. Chats go on from the keys they have; single prompts are read anew. */
    void switched() {
        era++;
        single.begin(era);
    }

    /** The model's caches are of another kind now, or lie elsewhere: every chat is read again. */
    void forgetCaches() {
        era++;
        single.use(empty(), era);
        named.values().forEach(chat -> chat.use(empty(), era));
    }

    /** Whether a chat's keys were all made as the model runs now. */
    boolean isExact(Chat chat) {
        return chat.era() == era;
    }

    /** A chat from elsewhere takes the place of the current one. */
    void replace(Chat chat) {
        named.put(current, chat).close();
    }

    /** A chat whose session is yet to be filled. */
    Chat fresh(boolean exact) {
        return new Chat(empty(), exact ? era : -1);
    }

    /** Copies the current chat; the copy is the current one from then on. */
    void fork(String name) {
        if (name.isBlank() || named.containsKey(name)) {
            throw new LoupeException(
                    "A fork needs a name that no session has yet (%s); give another, as in %%session fork idea."
                            .formatted(String.join(", ", named.keySet())));
        }
        named.put(name, current().fork());
        current = name;
    }

    /** Goes on with another chat. */
    void use(String name) {
        require(name);
        current = name;
    }

    /** Gives a chat back with its memory; the current one is then the first. */
    void drop(String name) {
        require(name);
        if (name.equals(MAIN)) {
            throw new LoupeException("The session main cannot be dropped; empty it with %chat reset.");
        }
        named.remove(name).close();
        current = current.equals(name) ? MAIN : current;
    }

    private void require(String name) {
        if (!named.containsKey(name)) {
            throw new LoupeException(
                    "There is no session '%s'; %s".formatted(name, Nearest.remedy(name, List.copyOf(named.keySet()))));
        }
    }

    @Override
    public void close() {
        single.close();
        named.values().forEach(Chat::close);
    }
}
