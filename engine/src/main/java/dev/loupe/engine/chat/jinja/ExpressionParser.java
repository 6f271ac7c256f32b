package dev.loupe.engine.chat.jinja;

import dev.loupe.engine.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Parses expressions by recursive descent, from the weakest operator to the strongest, as Jinja 3 orders them.
 *
 * <p>Invariant: {@code ~} binds stronger than {@code +}, and a filter stronger than any binary operator.
 */
class ExpressionParser extends TokenCursor {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    /** Names that the template reads, for macros to know which of their special variables are used. */
    final Set<String> names = new LinkedHashSet<>();

    ExpressionParser(List<Token> tokens) {
        super(tokens);
    }

    final Expression expression() {
        Expression value = or();
        while (skip("if")) {
            Expression condition = or();
            value = new Expression.Conditional(condition, value, skip("else") ? expression() : null);
        }
        return value;
    }

    final Expression or() {
        Expression left = and();
        while (skip("or")) {
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (skip("and")) {
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() {
        return skip("not") ? new Expression.Not(not()) : comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> others = new ArrayList<>();
        while (true) {
            if (peek().kind() == Kind.OPERATOR && COMPARISONS.contains(peek().text())) {
                operators.add(next().text());
            } else if (skip("in")) {
                operators.add("in");
            } else if (peek().isName("not") && peekSecond().isName("in")) {
                next();
                next();
                operators.add("not in");
            } else {
                return operators.isEmpty() ? first : new Expression.Compared(first, operators, others);
            }
            others.add(sum());
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (peek().isOperator("+") || peek().isOperator("-")) {
            left = new Expression.Binary(next().text(), left, concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Concatenation(parts);
    }

    private Expression product() {
        Expression left = power();
        while (Set.of("*", "/", "//", "%").contains(peek().text()) && peek().kind() == Kind.OPERATOR) {
            left = new Expression.Binary(next().text(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (skipOperator("**")) {
            left = new Expression.Binary("**", left, unary(true));
        }
        return left;
    }

    private Expression unary(boolean filtered) {
        Expression value;
        if (skipOperator("-")) {
            value = new Expression.Sign(true, unary(false));
        } else if (skipOperator("+")) {
            value = new Expression.Sign(false, unary(false));
        } else {
            value = primary();
        }
        value = postfix(value);
        return filtered ? filters(value) : value;
    }

    private Expression primary() {
        Token token = next();
        return switch (token.kind()) {
            case NAME -> name(token.text());
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (peek().kind() == Kind.STRING) {
                    text.append(next().text());
                }
                yield new Expression.Constant(text.toString());
            }
            case INTEGER -> new Expression.Constant(integer(token));
            case FLOAT -> new Expression.Constant(Double.valueOf(token.text()));
            case OPERATOR ->
                switch (token.text()) {
                    case "(" -> {
                        Expression value = tuple(true, true, "");
                        expectOperator(")");
                        yield value;
                    }
                    case "[" -> new Expression.ListLiteral(elements(), false);
                    case "{" -> dict();
                    default -> throw new JinjaException("unexpected " + token.shown()).at(token.line());
                };
            default -> throw new JinjaException("unexpected " + token.shown()).at(token.line());
        };
    }

    private Expression name(String name) {
        return switch (name) {
            case "true", "True" -> new Expression.Constant(true);
            case "false", "False" -> new Expression.Constant(false);
            case "none", "None" -> new Expression.Constant(null);
            default -> {
                names.add(name);
                yield new Expression.Name(name);
            }
        };
    }

    private static Object integer(Token token) {
        String digits = token.text().toLowerCase(Locale.ROOT);
        int base = digits.startsWith("0x") ? 16 : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
        try {
            return Long.parseLong(base == 10 ? digits : digits.substring(2), base);
        } catch (NumberFormatException e) {
            throw new JinjaException("the number " + token.shown() + " is too large").at(token.line());
        }
    }

    /**
     * One expression, or several separated by commas.
     *
     * @param conditional whether {@code a if b else c} may stand here
     * @param end a name that ends the tuple, or empty
     */
    final Expression tuple(boolean parentheses, boolean conditional, String end) {
        List<Expression> elements = new ArrayList<>();
        boolean comma = false;
        while (!tupleEnds(end)) {
            elements.add(conditional ? expression() : or());
            comma = skipOperator(",");
            if (!comma) {
                break;
            }
        }
        if (elements.size() == 1 && !comma) {
            return elements.getFirst();
        }
        if (elements.isEmpty() && !parentheses) {
            throw unexpected("expected an expression, got ");
        }
        return new Expression.ListLiteral(elements, true);
    }

    private boolean tupleEnds(String end) {
        return peek().kind() == Kind.VARIABLE_END
                || peek().kind() == Kind.BLOCK_END
                || peek().isOperator(")")
                || !end.isEmpty() && peek().isName(end);
    }

    private List<Expression> elements() {
        List<Expression> elements = new ArrayList<>();
        while (!skipOperator("]")) {
            if (!elements.isEmpty()) {
                expectOperator(",");
                if (skipOperator("]")) {
                    break;
                }
            }
            elements.add(expression());
        }
        return elements;
    }

    private Expression dict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!skipOperator("}")) {
            if (!keys.isEmpty()) {
                expectOperator(",");
                if (skipOperator("}")) {
                    break;
                }
            }
            keys.add(expression());
            expectOperator(":");
            values.add(expression());
        }
        return new Expression.DictLiteral(keys, values);
    }

    private Expression postfix(Expression value) {
        Expression result = value;
        while (true) {
            if (skipOperator(".")) {
                Token member = next();
                if (member.kind() != Kind.NAME && member.kind() != Kind.INTEGER) {
                    throw new JinjaException("expected a name after '.', got " + member.shown()).at(member.line());
                }
                result = member.kind() == Kind.NAME
                        ? new Expression.Attribute(result, member.text())
                        : new Expression.Item(result, new Expression.Constant(integer(member)));
            } else if (skipOperator("[")) {
                result = subscript(result);
            } else if (peek().isOperator("(")) {
                result = new Expression.Call(result, arguments());
            } else {
                return result;
            }
        }
    }

    private Expression subscript(Expression object) {
        Expression none = new Expression.Constant(null);
        Expression start = peek().isOperator(":") ? none : expression();
        if (skipOperator("]")) {
            return new Expression.Item(object, start);
        }
        if (peek().isOperator(",")) {
            List<Expression> keys = new ArrayList<>(List.of(start));
            while (skipOperator(",")) {
                keys.add(expression());
            }
            expectOperator("]");
            return new Expression.Item(object, new Expression.ListLiteral(keys, true));
        }
        expectOperator(":");
        Expression stop = peek().isOperator(":") || peek().isOperator("]") ? none : expression();
        Expression step = skipOperator(":") && !peek().isOperator("]") ? expression() : none;
        expectOperator("]");
        return new Expression.Slice(object, start, stop, step);
    }

    private Expression filters(Expression value) {
        Expression result = value;
        while (true) {
            if (peek().isOperator("|")) {
                Statement.Filter filter = filter();
                result = new Expression.FilterCall(result, filter.name(), filter.arguments());
            } else if (skip("is")) {
                result = test(result);
            } else if (peek().isOperator("(")) {
                result = new Expression.Call(result, arguments());
            } else {
                return result;
            }
        }
    }

    /** A filter after {@code |}. */
    final Statement.Filter filter() {
        expectOperator("|");
        return namedFilter();
    }

    final Statement.Filter namedFilter() {
        String name = expect(Kind.NAME).text();
        return new Statement.Filter(name, peek().isOperator("(") ? arguments() : Expression.ArgumentList.NONE);
    }

    private Expression test(Expression value) {
        boolean negated = skip("not");
        String name = expect(Kind.NAME).text();
        Expression.ArgumentList arguments = Expression.ArgumentList.NONE;
        if (peek().isOperator("(")) {
            arguments = arguments();
        } else if (testArgumentFollows()) {
            Expression argument = postfix(primary());
            arguments = new Expression.ArgumentList(List.of(argument), Map.of(), null, null);
        }
        Expression test = new Expression.TestCall(value, name, arguments);
        return negated ? new Expression.Not(test) : test;
    }

    private boolean testArgumentFollows() {
        Token token = peek();
        return switch (token.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            case NAME -> {
                if (token.text().equals("is")) {
                    throw new JinjaException("You cannot chain multiple tests with is").at(token.line());
                }
                yield !Set.of("else", "or", "and").contains(token.text());
            }
            default -> false;
        };
    }

    private Expression.ArgumentList arguments() {
        expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        Expression list = null;
        Expression dict = null;
        boolean first = true;
        while (!skipOperator(")")) {
            if (!first) {
                expectOperator(",");
                if (skipOperator(")")) {
                    break;
                }
            }
            first = false;
            if (skipOperator("*")) {
                list = expression();
            } else if (skipOperator("**")) {
                dict = expression();
            } else if (peek().kind() == Kind.NAME && peekSecond().isOperator("=")) {
                String name = next().text();
                next();
                named.put(name, expression());
            } else if (named.isEmpty() && list == null && dict == null) {
                positional.add(expression());
            } else {
                throw unexpected("invalid order of arguments before ");
            }
        }
        return new Expression.ArgumentList(positional, named, list, dict);
    }
}
