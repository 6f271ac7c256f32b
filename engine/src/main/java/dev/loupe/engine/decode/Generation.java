package dev.loupe.engine.decode;

import java.util.List;

/**
 * What a generator made.
 *
 * @param reusedTokens prompt tokens that were still in the session's cache
 * @param ids generated, without the end-of-sequence id that ended it
 * @param text of the ids, up to a stop string
 * @param finish why it ended
 * @param promptNanos time until the prompt's last logits
 * @param tokenNanos for each id, time from the one before until it was known
 * @param rounds drafts and their verification; empty for plain decoding
 */
public record Generation(
        int reusedTokens,
        int[] ids,
        String text,
        FinishReason finish,
        long promptNanos,
        long[] tokenNanos,
        List<DraftRound> rounds) {}
