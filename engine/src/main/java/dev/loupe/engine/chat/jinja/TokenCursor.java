package dev.loupe.engine.chat.jinja;

import dev.loupe.engine.chat.jinja.Token.Kind;
import java.util.List;

/** Reads tokens one after the other; the last, the end of the template, is never left. */
class TokenCursor {
    private final List<Token> tokens;
    private int at;

    TokenCursor(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** The token after the next. */
    final Token peekSecond() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    final Token peek() {
        return tokens.get(at);
    }

    final Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    final boolean skip(String name) {
        boolean found = peek().isName(name);
        if (found) {
            next();
        }
        return found;
    }

    final boolean skipOperator(String operator) {
        boolean found = peek().isOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    final Token expect(Kind kind) {
        if (peek().kind() != kind) {
            throw unexpected();
        }
        return next();
    }

    final void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("expected '" + operator + "', got ");
        }
    }

    final JinjaException unexpected() {
        return unexpected("unexpected ");
    }

    final JinjaException unexpected(String what) {
        return new JinjaException(what + peek().shown()).at(peek().line());
    }
}
