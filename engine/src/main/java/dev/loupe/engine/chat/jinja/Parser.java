package dev.loupe.engine.chat.jinja;

import dev.loupe.engine.chat.jinja.Statement.Body;
import dev.loupe.engine.chat.jinja.Statement.Flow;
import dev.loupe.engine.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Parses the statements of a template.
 *
 * <p>Invariant: a tag that is not known is an error; templates cannot load others, so {@code include}, {@code import}
 * and {@code extends} are not known.
 */
final class Parser extends ExpressionParser {
    private static final Body NOTHING = new Body(List.of());

    private Parser(List<Token> tokens) {
        super(tokens);
    }

    static Body parse(String source) {
        Parser parser = new Parser(Lexer.tokens(source));
        Body body = parser.body();
        if (parser.peek().kind() != Kind.END) {
            throw parser.unexpected();
        }
        return body;
    }

    /**
     * Statements up to the end of the template, or to a block tag that is one of {@code ends} (then the next token).
     */
    private Body body(String... ends) {
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = next();
            int line = token.line();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Text(token.text()));
                case VARIABLE_BEGIN -> {
                    Expression value = tuple(false, true, "");
                    expect(Kind.VARIABLE_END);
                    statements.add(new Statement.Located(line, new Statement.Print(value)));
                }
                case BLOCK_BEGIN -> {
                    if (peek().kind() == Kind.NAME && List.of(ends).contains(peek().text())) {
                        return new Body(statements);
                    }
                    Statement statement = statement(expect(Kind.NAME));
                    expect(Kind.BLOCK_END);
                    statements.add(new Statement.Located(line, statement));
                }
                default -> {
                    if (ends.length > 0) {
                        throw new JinjaException(
                                        "expected {% " + String.join(" %} or {% ", ends) + " %}, got " + token.shown())
                                .at(line);
                    }
                    return new Body(statements);
                }
            }
        }
    }

    /** The body of a block tag, with the end tag's name read. */
    private Body block(String end) {
        skipOperator(":");
        expect(Kind.BLOCK_END);
        Body body = body(end);
        next();
        return body;
    }

    private Statement statement(Token tag) {
        return switch (tag.text()) {
            case "if" -> ifBlock();
            case "for" -> forLoop();
            case "set" -> set();
            case "macro" -> macro();
            case "call" -> callBlock();
            case "filter" -> filterBlock();
            case "with" -> with();
            case "break" -> new Statement.Leave(Flow.BREAK);
            case "continue" -> new Statement.Leave(Flow.CONTINUE);
            case "generation" -> scoped(block("endgeneration"));
            case "block" -> {
                String name = expect(Kind.NAME).text();
                skip("scoped");
                Body body = block("endblock");
                skip(name);
                yield scoped(body);
            }
            default -> throw new JinjaException("the tag '" + tag.text() + "' is not supported").at(tag.line());
        };
    }

    private static Statement scoped(Body body) {
        return new Statement.With(List.of(), List.of(), body);
    }

    private Statement ifBlock() {
        List<Expression> conditions = new ArrayList<>();
        List<Body> bodies = new ArrayList<>();
        Body otherwise = NOTHING;
        String tag;
        do {
            conditions.add(tuple(false, false, ""));
            skipOperator(":");
            expect(Kind.BLOCK_END);
            bodies.add(body("elif", "else", "endif"));
            tag = next().text();
        } while (tag.equals("elif"));
        if (tag.equals("else")) {
            otherwise = block("endif");
        }
        return new Statement.If(conditions, bodies, otherwise);
    }

    private Statement forLoop() {
        Target target = target(false);
        if (!skip("in")) {
            throw unexpected();
        }
        Expression elements = tuple(false, false, "recursive");
        Expression condition = skip("if") ? expression() : null;
        boolean recursive = skip("recursive");
        skipOperator(":");
        expect(Kind.BLOCK_END);
        Body body = body("endfor", "else");
        Body otherwise = next().text().equals("else") ? block("endfor") : NOTHING;
        return new ForLoop(target, elements, condition, recursive, body, otherwise);
    }

    private Statement set() {
        Target target = target(true);
        if (skipOperator("=")) {
            return new Statement.Assign(target, tuple(false, true, ""));
        }
        List<Statement.Filter> filters = new ArrayList<>();
        while (peek().isOperator("|")) {
            filters.add(filter());
        }
        return new Statement.AssignBlock(target, filters, block("endset"));
    }

    private Target target(boolean namespace) {
        List<Target> targets = new ArrayList<>(List.of(singleTarget(namespace)));
        boolean comma = false;
        while (skipOperator(",")) {
            comma = true;
            if (peek().kind() != Kind.NAME && !peek().isOperator("(") || peek().isName("in")) {
                break;
            }
            targets.add(singleTarget(namespace));
        }
        return comma ? new Target.Unpacking(targets) : targets.getFirst();
    }

    private Target singleTarget(boolean namespace) {
        if (skipOperator("(")) {
            Target target = target(namespace);
            expectOperator(")");
            return target;
        }
        String name = expect(Kind.NAME).text();
        if (Set.of("true", "false", "none", "True", "False", "None").contains(name)) {
            throw new JinjaException("cannot assign to '" + name + "'").at(peek().line());
        }
        if (namespace && skipOperator(".")) {
            return new Target.NamespaceAttribute(name, expect(Kind.NAME).text());
        }
        return new Target.Variable(name);
    }

    private Statement macro() {
        String name = expect(Kind.NAME).text();
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        signature(parameters, defaults);
        return new Statement.DefineMacro(macroBody(name, parameters, defaults, "endmacro"));
    }

    private Statement callBlock() {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        if (peek().isOperator("(")) {
            signature(parameters, defaults);
        }
        if (!(expression() instanceof Expression.Call call)) {
            throw new JinjaException("expected a call").at(peek().line());
        }
        return new Statement.CallBlock(macroBody("caller", parameters, defaults, "endcall"), call);
    }

    private void signature(List<String> parameters, List<Expression> defaults) {
        expectOperator("(");
        while (!skipOperator(")")) {
            if (!parameters.isEmpty()) {
                expectOperator(",");
            }
            parameters.add(expect(Kind.NAME).text());
            if (skipOperator("=")) {
                defaults.add(expression());
            } else if (!defaults.isEmpty()) {
                throw new JinjaException("a parameter without default follows one with a default").at(peek().line());
            }
        }
    }

    /** Parses the body and notes which of the special variables it uses. */
    private Macro.Definition macroBody(String name, List<String> parameters, List<Expression> defaults, String end) {
        Set<String> outside = new HashSet<>(names);
        names.clear();
        Body body = block(end);
        List<String> used = List.of("varargs", "kwargs", "caller").stream()
                .filter(names::contains)
                .toList();
        names.addAll(outside);
        return new Macro.Definition(name, parameters, defaults, used, body);
    }

    private Statement filterBlock() {
        List<Statement.Filter> filters = new ArrayList<>(List.of(namedFilter()));
        while (peek().isOperator("|")) {
            filters.add(filter());
        }
        return new Statement.FilterBlock(filters, block("endfilter"));
    }

    private Statement with() {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (peek().kind() != Kind.BLOCK_END) {
            if (!targets.isEmpty()) {
                expectOperator(",");
            }
            targets.add(singleTarget(false));
            expectOperator("=");
            values.add(expression());
        }
        return new Statement.With(targets, values, block("endwith"));
    }
}
