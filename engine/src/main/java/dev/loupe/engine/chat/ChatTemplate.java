package dev.loupe.engine.chat;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.chat.jinja.JinjaException;
import dev.loupe.engine.chat.jinja.Template;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The model's own chat template, rendered as Hugging Face's {@code apply_chat_template} renders it.
 *
 * <p>Invariant: the text is the template's or there is an error; no other template ever takes its place. BOS is in the
 * text if the template writes it, and is not added.
 */
public final class ChatTemplate {
    private final Template template;
    private final Map<String, String> specialTokens;

    private ChatTemplate(Template template, Map<String, String> specialTokens) {
        this.template = template;
        this.specialTokens = specialTokens;
    }

    /**
     * A template with the tokens it can name.
     *
     * @param jinja the template's source
     * @param specialTokens by variable: {@code bos_token}, {@code eos_token}, ...; those the model has not are left out
     * @throws LoupeException if the source is no Jinja template
     */
    public static ChatTemplate of(String jinja, Map<String, String> specialTokens) {
        try {
            return new ChatTemplate(Template.parse(jinja), Map.copyOf(specialTokens));
        } catch (JinjaException e) {
            throw new LoupeException(
                    "The model's chat template cannot be read (line %d: %s); generate raw, without a template."
                            .formatted(e.line(), e.getMessage()),
                    e);
        }
    }

    /**
     * Renders a conversation.
     *
     * @param addGenerationPrompt whether the text ends where the model's answer begins
     * @throws LoupeException if the template fails or refuses the conversation
     */
    public String render(List<Message> messages, boolean addGenerationPrompt) {
        List<Map<String, ?>> turns = messages.stream()
                .<Map<String, ?>>map(message -> {
                    Map<String, Object> turn = new LinkedHashMap<>();
                    turn.put("role", message.role());
                    turn.put("content", message.content());
                    return turn;
                })
                .toList();
        return render(turns, null, addGenerationPrompt, Map.of());
    }

    /**
     * Renders a conversation with tools.
     *
     * @param messages as in Hugging Face's JSON: maps with {@code role}, {@code content}, {@code tool_calls}, ...
     * @param tools JSON schemas of functions, or null
     * @param addGenerationPrompt whether the text ends where the model's answer begins
     * @param variables further variables of the template ({@code enable_thinking}, {@code date_string}, ...)
     * @throws LoupeException if the template fails or refuses the conversation
     */
    public String render(
            List<? extends Map<String, ?>> messages,
            List<? extends Map<String, ?>> tools,
            boolean addGenerationPrompt,
            Map<String, ?> variables) {
        Map<String, Object> all = new HashMap<>(specialTokens);
        all.putAll(variables);
        all.put("messages", messages);
        all.put("tools", tools);
        all.put("documents", variables.get("documents"));
        all.put("add_generation_prompt", addGenerationPrompt);
        try {
            return template.render(all, LocalDateTime::now);
        } catch (JinjaException e) {
            String message = e.raised()
                    ? "The model's chat template refuses this conversation (line %d): %s; change the conversation, or generate raw."
                    : "The model's chat template fails on this conversation (line %d: %s); change the conversation, or generate raw.";
            throw new LoupeException(message.formatted(e.line(), e.getMessage()), e);
        }
    }
}
