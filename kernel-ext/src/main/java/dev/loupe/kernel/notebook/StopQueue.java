package dev.loupe.kernel.notebook;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.reply.ErrorReply;
import org.dflib.jjava.jupyter.messages.request.ExecuteRequest;

/**
 * Which waiting cells do not run after one that failed or was stopped: those that were sent with it (Run All).
 *
 * <p>Only the sender's clock is used: a cell was sent before the end of another if its date is earlier than the other's
 * date and running time together. Invariant: a cell that is sent after the end is never left out.
 */
final class StopQueue {
    private long sent;
    private long begun;
    private long skipBefore = Long.MIN_VALUE;

    synchronized void begin(Message<ExecuteRequest> message) {
        sent = date(message);
        begun = System.nanoTime();
    }

    /** Leaves out all that was sent until now. */
    synchronized void skipWaiting() {
        skipBefore = sent + (System.nanoTime() - begun) / 1_000_000;
    }

    synchronized boolean skips(Message<ExecuteRequest> message) {
        return message.getContent().shouldStopOnError() && date(message) < skipBefore;
    }

    static ErrorReply reply() {
        return new ErrorReply("Skipped", "An earlier cell failed or was stopped; run this one by itself.", List.of());
    }

    /** Milliseconds of the sender's clock; those of ours, where it is unreadable. */
    private static long date(Message<?> message) {
        try {
            return OffsetDateTime.parse(message.getHeader().getTimestamp().getDateString())
                    .toInstant()
                    .toEpochMilli();
        } catch (DateTimeParseException e) {
            return System.currentTimeMillis();
        }
    }
}
