package dev.loupe.engine.backend.vector;

/** Packs the values of quantised tokens for {@link Gemm}, group by group. */
record PackQuantized(Team team, QuantizedTokens x, int tokens, float[] packed) implements Team.Task {
    @Override
    public void run(int rank) {
        int width = Gemm.width(tokens);
        for (int group; (group = team.next(1, Gemm.groups(tokens))) >= 0; ) {
            for (int t = 0; t < width; t++) {
                int token = group * width + t;
                int at = group * width * x.columns() + t;
                if (token < tokens) {
                    x.values(token, packed, at, width);
                } else {
                    for (int k = 0; k < x.columns(); k++, at += width) {
                        packed[at] = 0;
                    }
                }
            }
        }
    }
}
