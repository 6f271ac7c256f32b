package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.chat.Message;
import dev.loupe.engine.hub.UserPath;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Set;

/**
 * A chat as a file: its turns, and behind them its session's ids, keys and values.
 *
 * <pre>
 *   "LOUPECHAT" version(1)   exact: whether all keys were made as the identity says
 *   turns: count, of each    role (modified UTF-8), bytes of UTF-8: count, each
 *   the session              see {@link dev.loupe.engine.decode.Session#write}
 * </pre>
 *
 * <p>Invariant: a file is written whole or not at all; whatever its bytes, reading it gives the chat or a
 * LoupeException.
 */
final class SessionFile {
    private static final byte[] MAGIC = "LOUPECHAT\1".getBytes(StandardCharsets.US_ASCII);
    private static final Set<String> ROLES = Set.of("system", "user", "assistant", "tool");

    private SessionFile() {}

    /** Writes the current chat; returns where. */
    static Path write(String file, Chats chats, String identity) {
        Path target = path(file);
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part), 1 << 16))) {
                write(out, chats.current(), chats.isExact(chats.current()), identity);
            }
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
            return target;
        } catch (IOException e) {
            delete(part);
            throw new LoupeException(
                    "The session cannot be written to %s (%s); choose another place.".formatted(target, e), e);
        }
    }

    private static void delete(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw new LoupeException("%s was left half written (%s); delete it.".formatted(part, e), e);
        }
    }

    private static void write(DataOutputStream out, Chat chat, boolean exact, String identity) throws IOException {
        out.write(MAGIC);
        out.writeBoolean(exact);
        out.writeInt(chat.messages().size());
        for (Message message : chat.messages()) {
            byte[] content = message.content().getBytes(StandardCharsets.UTF_8);
            out.writeUTF(message.role());
            out.writeInt(content.length);
            out.write(content);
        }
        chat.session().write(out, identity);
    }

    /** Lets the chat of a file take the place of the current one. */
    static void read(String file, Chats chats, String identity, int vocabulary) {
        Path source = path(file);
        Chat read = null;
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(source), 1 << 16))) {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw new LoupeException(
                        "%s is no session saved by this version; name a file that %%session save wrote."
                                .formatted(source));
            }
            read = chats.fresh(in.readBoolean());
            messages(in, read);
            read.session().read(in, identity, vocabulary);
            chats.replace(read);
            read = null;
        } catch (EOFException | UTFDataFormatException e) {
            throw damaged();
        } catch (IOException e) {
            throw new LoupeException(
                    "The session cannot be read from %s (%s); name a file that %%session save wrote."
                            .formatted(source, e),
                    e);
        } finally {
            if (read != null) {
                read.close();
            }
        }
    }

    private static void messages(DataInputStream in, Chat chat) throws IOException {
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            String role = in.readUTF();
            int length = in.readInt();
            if (!ROLES.contains(role) || length < 0 || length > in.available()) {
                throw damaged();
            }
            chat.messages().add(new Message(role, new String(in.readNBytes(length), StandardCharsets.UTF_8)));
        }
    }

    private static LoupeException damaged() {
        return new LoupeException(
                "The session's file cannot be used: its turns are cut off or damaged; save the session again.");
    }

    private static Path path(String file) {
        try {
            Path path = UserPath.of(file).toAbsolutePath();
            if (file.isBlank() || path.getFileName() == null) {
                throw new LoupeException("A session's file needs a name; give one, as in chat.session.");
            }
            return path;
        } catch (InvalidPathException e) {
            throw new LoupeException("'%s' is no path of a file; name one, as in chat.session.".formatted(file), e);
        }
    }
}
