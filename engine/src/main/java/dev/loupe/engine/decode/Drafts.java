package dev.loupe.engine.decode;

import java.util.Arrays;
import java.util.List;

/**
 * What speculative decoding did in a generation.
 *
 * @param mode how it was asked for ("self", "lookup", ...), "off" for plain decoding
 * @param rounds in order; one a pass of the model after the prompt's
 */
public record Drafts(String mode, List<DraftRound> rounds) {
    public Drafts {
        rounds = List.copyOf(rounds);
    }

    /** Plain decoding. */
    public static Drafts off() {
        return new Drafts("off", List.of());
    }

    /** Tokens proposed. */
    public int drafted() {
        return rounds.stream().mapToInt(round -> round.drafted().length).sum();
    }

    /** Of these, tokens that the model took. */
    public int accepted() {
        return rounds.stream().mapToInt(DraftRound::accepted).sum();
    }

    /** Tokens proposed in vain: those not taken, and those behind them. */
    public int rejected() {
        return drafted() - accepted();
    }

    /** Share of the proposed tokens that the model took; NaN if nothing was proposed. */
    public double acceptanceRate() {
        return (double) accepted() / drafted();
    }

    /** The source of each generated token. */
    public TokenSource[] sources(int count) {
        var sources = new TokenSource[count];
        Arrays.fill(sources, TokenSource.MODEL);
        for (DraftRound round : rounds) {
            if (round.drafted().length > 0) {
                int own = Math.min(count, round.at() + round.accepted());
                Arrays.fill(sources, Math.min(count, round.at()), own, TokenSource.ACCEPTED);
                if (own < count) {
                    sources[own] =
                            round.accepted() < round.drafted().length ? TokenSource.CORRECTED : TokenSource.BONUS;
                }
            }
        }
        return sources;
    }
}
